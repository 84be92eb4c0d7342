import { DryRun, Install, Role, TOKEN_PLACE } from '@orrery/shared/contracts';
import { z } from 'zod';
import { printDryRun } from '../changes/print-dry-run.js';
import { usageError } from '../errors/usage-error.js';
import { HOW_TO_LISTEN } from '../hosts/how-to-listen.js';
import { labelOption, labelsOf, ownLabelsOption } from '../options/label-option.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';
import { collect, dryRunOption, outputOption, positive, type OutputOptions } from '../options/shared-options.js';
import { apiDuration } from '../output/duration.js';
import { jsonText } from '../terminal/safe-text.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { NewJoinToken, NewToken, withSecret } from './new-token.js';
import { scopeOf } from './token-scope.js';

const JoinAnswer = z.union([DryRun, NewJoinToken]);
const TokenAnswer = z.union([DryRun, NewToken]);

interface CreateOptions extends OutputOptions {
  role?: string;
  scope?: string;
  expires?: string;
  join?: boolean;
  uses?: number;
  label?: string[];
  ownLabels?: boolean;
  network?: string[];
  ephemeral?: string;
  dryRun?: boolean;
}

/** Only the token goes to stdout, so that a script can read it; everything else goes to stderr. */
export const tokenCreateLeaf = (context: Context): Leaf<CreateOptions> => ({
  name: 'create',
  summary: 'create a token (shown only once)',
  usage: '<name> --role <role> [options] | --join [options]',
  args: [new ReferenceArgument('[name]', 'name of the token, as shown in events; with --join: of the host')],
  options: [
    new ReferenceOption('--role <role>', 'what the token is allowed to do').choices(Role.options),
    new ReferenceOption(
      '--scope <scope>',
      'limit it to hosts:SELECTOR, networks:NETWORKS, or both separated by a semicolon',
    ),
    new ReferenceOption('--expires <duration>', 'such as 90d, 2h or never (default: 90d, or 15m with --join)'),
    new ReferenceOption('--join', 'create a join token, with which machines enroll'),
    new ReferenceOption('--uses <n>', 'number of machines (default: 1, requires --join)').argParser(positive),
    labelOption('labels for the hosts (requires --join)'),
    ownLabelsOption('allow machines to add their own labels; labels decide scopes and admission (requires --join)'),
    new ReferenceOption(
      '--network <networks>',
      'networks for the hosts to join (requires --join)',
      'networks',
    ).argParser(collect),
    new ReferenceOption('--ephemeral <duration>', 'forget hosts that are unreachable for this long (requires --join)'),
    dryRunOption(),
    outputOption(),
  ],
  examples: [
    "orrery token create ci --role operator --scope 'hosts:env=staging;networks:lab' --expires 90d",
    'orrery token create --join --uses 40 --expires 2h -l site=onprem --network shop --ephemeral 24h',
  ],
  run: async (options, name) => {
    const { client, terminal } = context;
    const query = options.dryRun ? { dryRun: true } : {};
    const answer = options.join
      ? await client.request('POST', '/v1/join-tokens', JoinAnswer, { query, body: joinBody(options, name) })
      : await client.request('POST', '/v1/tokens', TokenAnswer, { query, body: tokenBody(options, name) });
    if ('dryRun' in answer.value) return printDryRun(context, options.output, answer.value, answer.raw);
    const { secret, token } = withSecret(answer.value);
    if (options.output === 'json') return terminal.out(jsonText(answer.raw));
    terminal.err(
      `${token.id}, ${token.expiresAt ? `expires ${token.expiresAt}` : 'never expires'}; shown only this once:`,
    );
    terminal.out(secret);
    if (!options.join) return;
    const { command, platforms } = (await client.get('/v1/install', Install)).value;
    const which = platforms.length > 0 ? ` (${platforms.join(' or ')})` : '';
    terminal.err(
      command ? `Run this on the machine${which} as root:\n  ${command.replace(TOKEN_PLACE, secret)}` : LISTEN_FIRST,
    );
  },
});

const LISTEN_FIRST = `The API is reachable only from this machine. To add another machine: ${HOW_TO_LISTEN}`;

function tokenBody({ role, scope, expires = '90d' }: CreateOptions, name: string | undefined) {
  if (!name || !role)
    throw usageError('a token needs a name and a role', 'Write `orrery token create NAME --role viewer`.');
  return {
    name,
    role,
    ...(scope ? { scope: scopeOf(scope) } : {}),
    ...(expires === 'never' ? {} : { expiresIn: apiDuration(expires) }),
  };
}

function joinBody(options: CreateOptions, name: string | undefined) {
  const { uses, expires, label = [], ownLabels, network = [], ephemeral, role, scope } = options;
  if (role ?? scope) throw usageError('a join token has neither role nor scope');
  return {
    ...(name ? { name } : {}),
    ...(uses ? { uses } : {}),
    ...(expires ? { expiresIn: apiDuration(expires) } : {}),
    ...(ephemeral ? { ephemeral: apiDuration(ephemeral) } : {}),
    labels: labelsOf(label),
    ...(ownLabels ? { ownLabels } : {}),
    networks: network,
  };
}
