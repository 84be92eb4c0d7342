import { Membership, MembershipPage, MembershipStatus } from '@orrery/shared/contracts';
import { apiPath } from '../api/paths.js';
import { hostFilter } from '../hosts/host-view.js';
import { networkArgument, networkFilter } from '../networks/network-view.js';
import { nodeArgument, nodeFilter } from '../nodes/node-view.js';
import { ReferenceOption } from '../options/reference-option.js';
import { outputOption, type OutputOptions } from '../options/shared-options.js';
import { outcomeLines } from '../output/outcome.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import { addList } from '../program/list-commands.js';
import type { OrreryCommand } from '../program/orrery-command.js';
import { membershipView } from './membership-view.js';

export function addMembershipCommands(program: OrreryCommand, context: Context): void {
  const noun = program.group('membership', 'nodes in networks: what is wanted and what is observed');
  addList(program, noun, context, {
    ...membershipView,
    plural: 'memberships',
    summary: 'list memberships',
    path: '/v1/memberships',
    page: MembershipPage,
    filters: [
      hostFilter(),
      nodeFilter(),
      networkFilter(),
      new ReferenceOption('--managed <true|false>', 'only those that Orrery made, or only the others').choices([
        'true',
        'false',
      ]),
      new ReferenceOption('--status <status>', "only with this status of the daemon's").choices(
        MembershipStatus.options,
      ),
    ],
    hostOf: (membership) => membership.host.id,
    examples: [
      'orrery membership ls',
      'orrery memberships --status ACCESS_DENIED',
      'orrery memberships -l site=cloud -o wide',
    ],
  });
  noun.leaf<OutputOptions>({
    name: 'get',
    summary: 'show a membership',
    args: [nodeArgument(), networkArgument()],
    options: [outputOption()],
    examples: ['orrery membership get web-1/demo lab'],
    run: async ({ output }, node = '', network = '') => {
      const answer = await context.client.get(apiPath('nodes', node, 'networks', network), Membership);
      printOne(context, output, membershipView, answer, outcomeLines(answer.value.outcome));
    },
  });
}
