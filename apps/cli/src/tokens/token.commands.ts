import { ApiToken, ApiTokenPage, DryRun, JoinToken, JoinTokenPage } from '@orrery/shared/contracts';
import { z } from 'zod';
import { apiPath } from '../api/paths.js';
import { printDryRun } from '../changes/print-dry-run.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';
import { dryRunOption, limitOption, outputOption, type OutputOptions } from '../options/shared-options.js';
import { printList, printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import { fetchList } from '../program/list-commands.js';
import type { Leaf, OrreryCommand } from '../program/orrery-command.js';
import { tokenCreateLeaf } from './token-create.js';
import { joinTokenView, tokenView } from './token-view.js';

interface ListOptions extends OutputOptions {
  join?: boolean;
  all?: boolean;
  limit?: number;
}

/** `orrery token ls|create|revoke`: for admins. */
export function addTokenCommands(program: OrreryCommand, context: Context): void {
  const noun = program.group('token', 'tokens for people and scripts, and join tokens for machines');
  const ls: Omit<Leaf<ListOptions>, 'name'> = {
    summary: 'list tokens, newest first',
    options: [
      new ReferenceOption('--join', 'list join tokens, with which machines enroll'),
      new ReferenceOption('--all', 'include tokens that are no longer valid'),
      limitOption(),
      outputOption(),
    ],
    examples: ['orrery token ls', 'orrery token ls --join --all'],
    run: async (options) => {
      const query = { all: options.all };
      const source = { hostOf: null };
      const { output, join } = options;
      if (join) {
        const list = { ...source, path: '/v1/join-tokens', page: JoinTokenPage };
        printList(context, output, joinTokenView, (await fetchList(context, list, options, query)).rows);
      } else {
        const list = { ...source, path: '/v1/tokens', page: ApiTokenPage };
        printList(context, output, tokenView, (await fetchList(context, list, options, query)).rows);
      }
    },
  };
  noun.leaf({ ...ls, name: 'ls' });
  program.leaf({ ...ls, name: 'tokens', hidden: true });
  noun.leaf(tokenCreateLeaf(context));
  noun.leaf<OutputOptions & { dryRun?: boolean }>({
    name: 'revoke',
    summary: 'revoke a token, effective at its next request',
    args: [new ReferenceArgument('<token>', 'name or id of a token')],
    options: [dryRunOption(), outputOption()],
    examples: ['orrery token revoke ci'],
    run: async ({ output, dryRun }, token = '') => {
      const { client } = context;
      const query = dryRun ? { dryRun } : {};
      if (token.startsWith('jtk_')) {
        const path = apiPath('join-tokens', token);
        const { value, raw } = await client.request('DELETE', path, z.union([DryRun, JoinToken]), { query });
        if ('dryRun' in value) printDryRun(context, output, value, raw);
        else printOne(context, output, joinTokenView, { value, raw });
      } else {
        const path = apiPath('tokens', token);
        const { value, raw } = await client.request('DELETE', path, z.union([DryRun, ApiToken]), { query });
        if ('dryRun' in value) printDryRun(context, output, value, raw);
        else printOne(context, output, tokenView, { value, raw });
      }
    },
  });
}
