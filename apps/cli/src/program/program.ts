import { addCommandCommands } from '../commands/command.commands.js';
import { addCompletion } from '../completion/completion.command.js';
import { addContainerCommands } from '../containers/container.commands.js';
import { launchLeaf } from '../containers/launch.js';
import { removeLeaf } from '../containers/remove.js';
import { restartLeaf } from '../containers/restart.js';
import { addEventCommands } from '../events/event.commands.js';
import { addControllerCommands } from '../controllers/controller.commands.js';
import { explainLeaf } from '../explain/explain.command.js';
import { addFindingCommands } from '../findings/finding.commands.js';
import { pauseLeaf } from '../hosts/host-pause.js';
import { addHostCommands } from '../hosts/host.commands.js';
import { addInterfaceCommands } from '../interfaces/interface.commands.js';
import { adoptLeaf, releaseLeaf } from '../memberships/adopt-release.js';
import { joinLeaf } from '../memberships/join.js';
import { leaveLeaf } from '../memberships/leave.js';
import { addMembershipCommands } from '../memberships/membership.commands.js';
import { addNetworkCommands } from '../networks/network.commands.js';
import { addNodeCommands } from '../nodes/node.commands.js';
import { probeLeaf } from '../probes/probe.command.js';
import { statusLeaf } from '../status/status.command.js';
import { addTokenCommands } from '../tokens/token.commands.js';
import { CLI_VERSION } from '../version/cli-version.js';
import { versionLeaf } from '../version/version.command.js';
import { addContextCommands } from '../contexts/context.commands.js';
import { loginLeaf } from '../contexts/login.js';
import type { Context } from './context.js';
import { OrreryCommand } from './orrery-command.js';

const AFTERWORD = `
References:
  HOST       name or id              NODE     HOST (its own daemon), HOST/CONTAINER or a 10-digit address
  CONTAINER  HOST/NAME or id         NETWORK  name or 16 hex digits
A plural noun lists: orrery hosts is orrery host ls. Durations are written 90s, 2m, 1h30m.

Exit codes:
  0 success   1 failed   2 usage error   3 still waiting at timeout   4 refused   5 API unreachable
  130 Ctrl-C while waiting (the command continues)`;

/** The whole command tree. */
export function createProgram(context: Context): OrreryCommand {
  const program = new OrreryCommand('orrery');
  program
    .description('Connect containers and hosts to ZeroTier networks, and see what actually happened.')
    .version(CLI_VERSION, '-V, --version', 'show the version of this CLI')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .configureHelp({ styleTitle: (title) => title })
    .showSuggestionAfterError(true)
    .enablePositionalOptions()
    .exitOverride();
  program.commandsGroup('Actions:');
  program.leaf(statusLeaf(context)).leaf(launchLeaf(context)).leaf(joinLeaf(context)).leaf(leaveLeaf(context));
  program.leaf(restartLeaf(context, 'orrery restart')).leaf(removeLeaf(context, 'orrery rm'));
  program.leaf(adoptLeaf(context)).leaf(releaseLeaf(context)).leaf(probeLeaf(context));
  program.leaf(pauseLeaf(context, 'pause')).leaf(pauseLeaf(context, 'resume'));
  program.commandsGroup('Resources:');
  addHostCommands(program, context);
  addNodeCommands(program, context);
  addContainerCommands(program, context);
  addNetworkCommands(program, context);
  addControllerCommands(program, context);
  addMembershipCommands(program, context);
  addInterfaceCommands(program, context);
  addCommandCommands(program, context);
  addEventCommands(program, context);
  addFindingCommands(program, context);
  addTokenCommands(program, context);
  program.commandsGroup('Other:');
  program.leaf(explainLeaf(context)).leaf(versionLeaf(context));
  program.leaf(loginLeaf(context));
  addContextCommands(program, context);
  addCompletion(program, context);
  program.showExamples([
    'orrery status',
    'orrery launch demo --host web-1 --network 8056c2e21c000001 --wait',
    'orrery events -f',
  ]);
  return program.addHelpText('after', AFTERWORD);
}
