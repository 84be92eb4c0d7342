import { apiPath } from '../api/paths.js';
import { submit } from '../changes/submit.js';
import type { ExitCode } from '../errors/exit-code.js';
import { usageError } from '../errors/usage-error.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';
import { changeOptions, type ChangeOptions } from '../options/shared-options.js';
import { defaultSpec, specOf, specOptions, type SpecOptions } from '../options/spec-options.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { containerReference } from '../references/container-reference.js';

type AttachOptions = ChangeOptions & SpecOptions & { name?: string };

/** `orrery attach`: a container that somebody else runs joins networks. */
export const attachLeaf = (context: Context): Leaf<AttachOptions> => ({
  name: 'attach',
  summary: 'attach a container that you run yourself to networks',
  details:
    'A ZeroTier container shares the network of the workload, which then has the interface and the address itself. The workload is neither changed nor restarted, and you can start it later.\n' +
    'In all other commands, the attachment is a container: restart, probe, join, rm, container logs.',
  args: [
    new ReferenceArgument('<host>', 'the host that the workload runs on', 'hosts'),
    new ReferenceArgument('<workload>', 'PROJECT/SERVICE/NUMBER of Docker Compose, or the name of a container'),
  ],
  options: [
    new ReferenceOption('--name <name>', 'name of the attachment (default: from the workload, such as shop-db-1)'),
    ...specOptions(),
    ...changeOptions(),
  ],
  examples: [
    'orrery attach web-1 shop/db/1 --network lab --wait',
    'orrery attach web-1 postgres --network lab,office --name db',
  ],
  run: async (options, host = '', workload = ''): Promise<ExitCode> => {
    const { name, network } = options;
    if (!network?.length)
      throw usageError('an attachment needs a network', 'Add --network with a name or 16 hex digits.');
    const body = { workload, ...(name === undefined ? {} : { name }), ...specOf(options, defaultSpec()) };
    return submit(context, { method: 'POST', path: apiPath('hosts', host, 'attachments'), body }, options);
  },
});

/** `orrery detach`: the opposite. It refuses containers that are not attachments. */
export const detachLeaf = (context: Context): Leaf<ChangeOptions & { forget?: boolean }> => ({
  name: 'detach',
  summary: 'remove an attachment; its workload keeps running',
  details:
    'Its node leaves its networks, and its identity is discarded. Containers that are not attachments are refused.',
  args: [new ReferenceArgument('<attachment>', 'HOST/NAME or container id', 'attachments')],
  options: [
    new ReferenceOption('--forget', 'also delete its records on the controllers of its networks'),
    ...changeOptions(),
  ],
  examples: ['orrery detach web-1/shop-db-1', 'orrery detach web-1/shop-db-1 --forget --yes --wait'],
  run: async (options, reference = ''): Promise<ExitCode> => {
    const { host, name } = await containerReference(context.client, reference);
    const path = apiPath('hosts', host, 'attachments', name);
    const query = options.forget ? { forget: true } : {};
    return submit(context, { method: 'DELETE', path, query, question: `Detach ${reference}?` }, options);
  },
});
