import { CLI_VERSION } from '../version/cli-version.js';
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

type Add = (program: OrreryCommand, context: Context) => void;

/** Commands that are loaded together, and the first words that call them. */
interface Part {
  names: string[];
  load: () => Promise<Add>;
}

/** In the order of the help. Each part loads its modules only when it is called: loading all schemas takes longer than starting Node itself. */
const HEADINGS: [heading: string, parts: Part[]][] = [
  [
    'Actions:',
    [
      {
        names: ['status'],
        load: () => import('../status/status.command.js').then((m) => (p, c) => p.leaf(m.statusLeaf(c))),
      },
      {
        names: ['launch'],
        load: () => import('../containers/launch.js').then((m) => (p, c) => p.leaf(m.launchLeaf(c))),
      },
      {
        names: ['attach', 'detach'],
        load: () =>
          import('../containers/attach-detach.js').then((m) => (p, c) => p.leaf(m.attachLeaf(c)).leaf(m.detachLeaf(c))),
      },
      { names: ['join'], load: () => import('../memberships/join.js').then((m) => (p, c) => p.leaf(m.joinLeaf(c))) },
      { names: ['leave'], load: () => import('../memberships/leave.js').then((m) => (p, c) => p.leaf(m.leaveLeaf(c))) },
      {
        names: ['restart'],
        load: () =>
          import('../containers/restart.js').then((m) => (p, c) => p.leaf(m.restartLeaf(c, 'orrery restart'))),
      },
      {
        names: ['rm'],
        load: () => import('../containers/remove.js').then((m) => (p, c) => p.leaf(m.removeLeaf(c, 'orrery rm'))),
      },
      {
        names: ['adopt', 'release'],
        load: () =>
          import('../memberships/adopt-release.js').then(
            (m) => (p, c) => p.leaf(m.adoptLeaf(c)).leaf(m.releaseLeaf(c)),
          ),
      },
      {
        names: ['probe'],
        load: () => import('../probes/probe.command.js').then((m) => (p, c) => p.leaf(m.probeLeaf(c))),
      },
      {
        names: ['paths'],
        load: () => import('../paths/paths.command.js').then((m) => (p, c) => p.leaf(m.pathsLeaf(c))),
      },
      {
        names: ['doctor'],
        load: () => import('../doctor/doctor.command.js').then((m) => (p, c) => p.leaf(m.doctorLeaf(c))),
      },
      {
        names: ['pause', 'resume'],
        load: () =>
          import('../hosts/host-pause.js').then(
            (m) => (p, c) => p.leaf(m.pauseLeaf(c, 'pause')).leaf(m.pauseLeaf(c, 'resume')),
          ),
      },
    ],
  ],
  [
    'Resources:',
    [
      { names: ['host', 'hosts'], load: () => import('../hosts/host.commands.js').then((m) => m.addHostCommands) },
      { names: ['node', 'nodes'], load: () => import('../nodes/node.commands.js').then((m) => m.addNodeCommands) },
      {
        names: ['container', 'containers'],
        load: () => import('../containers/container.commands.js').then((m) => m.addContainerCommands),
      },
      {
        names: ['workload', 'workloads'],
        load: () => import('../workloads/workload.commands.js').then((m) => m.addWorkloadCommands),
      },
      {
        names: ['network', 'networks'],
        load: () => import('../networks/network.commands.js').then((m) => m.addNetworkCommands),
      },
      { names: ['route', 'routes'], load: () => import('../routes/route.commands.js').then((m) => m.addRouteCommands) },
      {
        names: ['controller', 'controllers'],
        load: () => import('../controllers/controller.commands.js').then((m) => m.addControllerCommands),
      },
      {
        names: ['membership', 'memberships'],
        load: () => import('../memberships/membership.commands.js').then((m) => m.addMembershipCommands),
      },
      {
        names: ['interface', 'interfaces'],
        load: () => import('../interfaces/interface.commands.js').then((m) => m.addInterfaceCommands),
      },
      {
        names: ['command', 'commands'],
        load: () => import('../commands/command.commands.js').then((m) => m.addCommandCommands),
      },
      { names: ['event', 'events'], load: () => import('../events/event.commands.js').then((m) => m.addEventCommands) },
      {
        names: ['finding', 'findings'],
        load: () => import('../findings/finding.commands.js').then((m) => m.addFindingCommands),
      },
      { names: ['token', 'tokens'], load: () => import('../tokens/token.commands.js').then((m) => m.addTokenCommands) },
    ],
  ],
  [
    'Other:',
    [
      {
        names: ['explain'],
        load: () => import('../explain/explain.command.js').then((m) => (p, c) => p.leaf(m.explainLeaf(c))),
      },
      {
        names: ['version'],
        load: () => import('../version/version.command.js').then((m) => (p, c) => p.leaf(m.versionLeaf(c))),
      },
      { names: ['login'], load: () => import('../contexts/login.js').then((m) => (p, c) => p.leaf(m.loginLeaf(c))) },
      {
        names: ['context', 'contexts'],
        load: () => import('../contexts/context.commands.js').then((m) => m.addContextCommands),
      },
      // Completion lists all commands, so it is called with all of them loaded.
      { names: [], load: () => import('../completion/completion.command.js').then((m) => m.addCompletion) },
    ],
  ],
];

/** The command tree: only the part called by `first`, the first word of a command line; the whole tree if that calls nothing, or is missing. */
export async function createProgram(context: Context, first?: string): Promise<OrreryCommand> {
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
  const called = HEADINGS.flatMap(([, parts]) => parts).filter(({ names }) => names.includes(first ?? ''));
  for (const [heading, parts] of HEADINGS) {
    program.commandsGroup(heading);
    const wanted = called.length > 0 ? parts.filter((part) => called.includes(part)) : parts;
    for (const { load } of wanted) {
      const add = await load();
      add(program, context);
    }
  }
  program.showExamples([
    'orrery status',
    'orrery launch demo --host web-1 --network 8056c2e21c000001 --wait',
    'orrery events -f',
  ]);
  return program.addHelpText('after', AFTERWORD);
}
