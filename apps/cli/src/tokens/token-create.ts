import { ApiTokenMade, Install, JoinTokenMade, Role, TOKEN_PLACE } from '@orrery/shared/contracts';
import { usageError } from '../errors/usage-error.js';
import { HOW_TO_LISTEN } from '../hosts/how-to-listen.js';
import { labelOption, labelsOf, ownLabelsOption } from '../options/label-option.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';
import { collect, outputOption, positive, type OutputOptions } from '../options/shared-options.js';
import { apiDuration } from '../output/duration.js';
import { jsonText } from '../terminal/safe-text.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { scopeOf } from './token-scope.js';

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
}

/** The token alone goes to standard output, so that a script can take it; all else that is said goes beside it. */
export const tokenCreateLeaf = (context: Context): Leaf<CreateOptions> => ({
  name: 'create',
  summary: 'make a token; it is shown this once',
  usage: '<name> --role <role> [options] | --join [options]',
  args: [new ReferenceArgument('[name]', 'of the token, as it stands in events; with --join: of the host')],
  options: [
    new ReferenceOption('--role <role>', 'what it may do').choices(Role.options),
    new ReferenceOption('--scope <scope>', 'only these: hosts:SELECTOR, networks:NETWORKS, or both with a semicolon'),
    new ReferenceOption('--expires <duration>', 'such as 90d or 2h, or never (default: 90d; with --join 15m)'),
    new ReferenceOption('--join', 'a token with which machines enrol'),
    new ReferenceOption('--uses <n>', 'with --join: how many machines (default: 1)').argParser(positive),
    labelOption('with --join: labels of the hosts'),
    ownLabelsOption('with --join: let machines add labels of their own (labels decide on scopes and admission)'),
    new ReferenceOption('--network <networks>', 'with --join: what the hosts join', 'networks').argParser(collect),
    new ReferenceOption('--ephemeral <duration>', 'with --join: remove hosts that were away for so long'),
    outputOption(),
  ],
  examples: [
    "orrery token create ci --role operator --scope 'hosts:env=staging;networks:lab' --expires 90d",
    'orrery token create --join --uses 40 --expires 2h -l site=onprem --network shop --ephemeral 24h',
  ],
  run: async (options, name) => {
    const { client, terminal } = context;
    const answer = options.join
      ? await client.request('POST', '/v1/join-tokens', JoinTokenMade, { body: joinBody(options, name) })
      : await client.request('POST', '/v1/tokens', ApiTokenMade, { body: tokenBody(options, name) });
    if (options.output === 'json') return terminal.out(jsonText(answer.raw));
    const { secret, token } = answer.value;
    terminal.err(`${token.id}, ${token.expiresAt ? `until ${token.expiresAt}` : 'for ever'}; it is shown this once:`);
    terminal.out(secret);
    if (!options.join) return;
    const { command, platform } = (await client.get('/v1/install', Install)).value;
    const which = platform ? ` (${platform})` : '';
    terminal.err(
      command ? `Run on the machine${which}, as root:\n  ${command.replace(TOKEN_PLACE, secret)}` : LISTEN_FIRST,
    );
  },
});

const LISTEN_FIRST = `Only this machine reaches the API. To add another: ${HOW_TO_LISTEN}`;

function tokenBody({ role, scope, expires = '90d' }: CreateOptions, name: string | undefined) {
  if (!name || !role) throw usageError('A token needs a name and a role.', 'orrery token create NAME --role viewer');
  return {
    name,
    role,
    ...(scope ? { scope: scopeOf(scope) } : {}),
    ...(expires === 'never' ? {} : { expiresIn: apiDuration(expires) }),
  };
}

function joinBody(options: CreateOptions, name: string | undefined) {
  const { uses, expires, label = [], ownLabels, network = [], ephemeral, role, scope } = options;
  if (role ?? scope) throw usageError('A token with which machines enrol has neither role nor scope.');
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
