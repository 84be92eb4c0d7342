import { HostPage } from '@orrery/shared/contracts';
import type { ExitCode } from '../errors/exit-code.js';
import { apiPath } from '../api/paths.js';
import { listAll } from '../api/list-all.js';
import { submit, submitEverywhere } from '../changes/submit.js';
import { usageError } from '../errors/usage-error.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';
import { changeOptions, type ChangeOptions, selectorOption } from '../options/shared-options.js';
import { defaultSpec, specOf, specOptions, type SpecOptions } from '../options/spec-options.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';

type LaunchOptions = ChangeOptions & SpecOptions & { host?: string };

/** `orrery launch`: a ZeroTier container on a host, or on every host that matches. */
export const launchLeaf = (context: Context): Leaf<LaunchOptions> => ({
  name: 'launch',
  summary: 'launch a ZeroTier container on a host',
  details:
    'Launching it again with the same spec changes nothing. A different spec is refused (see orrery container set).\n' +
    'The launch is done when the container runs and the kernel shows its interface up, with the address that the network assigned.',
  args: [new ReferenceArgument('<name>', 'name of the container: a-z, 0-9 and -')],
  options: [
    new ReferenceOption('--host <host>', 'the host to launch it on (default: the only one)', 'hosts'),
    selectorOption('every host with these labels, such as site=cloud,tier!=db'),
    ...specOptions(),
    ...changeOptions(),
  ],
  examples: [
    'orrery launch demo --host web-1 --network 8056c2e21c000001 --wait',
    'orrery launch edge -l site=cloud --network lab,office --wait=5m',
  ],
  run: async (options, name = ''): Promise<ExitCode> => {
    const { host, selector, network } = options;
    if (host !== undefined && selector !== undefined) throw eitherOr();
    if (!network?.length) throw usageError('a launch needs a network', 'Add --network with a name or 16 hex digits.');
    const spec = specOf(options, defaultSpec());
    if (selector === undefined) {
      const path = apiPath('hosts', host ?? (await onlyHost(context)), 'containers');
      return submit(context, { method: 'POST', path, body: { name, ...spec } }, options);
    }
    const text = (count: number) => `Launch ${name} on ${count} hosts?`;
    return submitEverywhere(
      context,
      { action: 'launch', name, spec },
      { text, always: false },
      { ...options, selector },
    );
  },
});

const eitherOr = (candidates: string[] = []) =>
  usageError('a launch needs either --host or -l', 'List the hosts and their labels: `orrery host ls`', candidates);

/** With one host there is nothing to choose. With several, the user must choose, because the set of online hosts keeps changing. */
async function onlyHost({ client }: Context): Promise<string> {
  const { rows } = await listAll(client, '/v1/hosts', HostPage, {}, 20);
  const [only, ...others] = rows.map(({ value }) => value);
  if (only && others.length === 0) return only.id;
  throw eitherOr(rows.map(({ value }) => value.name));
}
