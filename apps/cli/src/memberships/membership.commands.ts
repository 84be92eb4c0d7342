import { Membership, MembershipPage, MembershipStatus } from '@orrery/shared/contracts';
import { apiPath } from '../api/paths.js';
import { usageError } from '../errors/usage-error.js';
import { hostFilter } from '../hosts/host-view.js';
import { networkArgument, networkFilter } from '../networks/network-view.js';
import { nodeArgument, nodeFilter } from '../nodes/node-view.js';
import { ReferenceOption } from '../options/reference-option.js';
import { attentionFilter, outputOption, type OutputOptions } from '../options/shared-options.js';
import { outcomeLines } from '../output/outcome.js';
import { printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import { addList, type ListOptions } from '../program/list-commands.js';
import type { OrreryCommand } from '../program/orrery-command.js';
import { type AdmissionFilter, listAdmissions } from './admission-list.js';
import { authorizeLeaf, membershipSetLeaf } from './authorize.js';
import { denyLeaf } from './deny.js';
import { forgetLeaf } from './forget.js';
import { membershipView } from './membership-view.js';

export function addMembershipCommands(program: OrreryCommand, context: Context): void {
  const noun = program.group('membership', 'nodes in networks: desired, authorized and observed');
  addMembershipList(program, noun, context);
  noun.leaf<OutputOptions>({
    name: 'get',
    summary: 'show a membership as daemon, kernel and controller see it',
    args: [nodeArgument(), networkArgument()],
    options: [outputOption()],
    examples: ['orrery membership get web-1/demo lab'],
    run: async ({ output }, node = '', network = '') => {
      const answer = await context.client.get(apiPath('nodes', node, 'networks', network), Membership);
      printOne(context, output, membershipView, answer, outcomeLines(answer.value.outcome));
    },
  });
  noun.leaf(authorizeLeaf(context)).leaf(denyLeaf(context));
  noun.leaf(membershipSetLeaf(context)).leaf(forgetLeaf(context));
}

/** Options that do not apply to the list of admissions. */
interface OwnFilters {
  host?: string;
  node?: string;
  managed?: string;
  status?: string;
  attention?: true;
}

function addMembershipList(program: OrreryCommand, noun: OrreryCommand, context: Context): void {
  addList(program, noun, context, {
    ...membershipView,
    plural: 'memberships',
    summary: 'list memberships (--pending: nodes waiting for authorization)',
    path: '/v1/memberships',
    page: MembershipPage,
    filters: [
      hostFilter(),
      nodeFilter(),
      networkFilter(),
      new ReferenceOption('--managed <true|false>', 'only those that Orrery manages, or only the others').choices([
        'true',
        'false',
      ]),
      new ReferenceOption('--status <status>', 'only with this status in zerotier-one').choices(
        MembershipStatus.options,
      ),
      attentionFilter(),
    ],
    flags: [
      new ReferenceOption('--pending', 'nodes waiting for authorization, including those that are not ours'),
      new ReferenceOption('--stale', 'records of nodes that are no longer ours or should not be there'),
    ],
    instead: (options: ListOptions & AdmissionFilter & OwnFilters) => {
      if (!options.pending && !options.stale) return undefined;
      const other = (['host', 'node', 'managed', 'status', 'attention'] as const).find(
        (name) => options[name] !== undefined,
      );
      if (other !== undefined)
        throw usageError(`--${other} does not work with --pending or --stale`, 'Use --network or -l instead.');
      return listAdmissions(context, options);
    },
    hostOf: (membership) => membership.host.id,
    examples: [
      'orrery membership ls',
      'orrery membership ls --pending',
      'orrery memberships --status ACCESS_DENIED',
      'orrery memberships --attention',
      'orrery memberships -l site=cloud -o wide',
    ],
  });
}
