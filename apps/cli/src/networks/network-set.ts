import { DryRun, Network, NetworkPatch } from '@orrery/shared/contracts';
import { z } from 'zod';
import type { Answer } from '../api/api-client.js';
import { apiPath } from '../api/paths.js';
import { printDryRun } from '../changes/print-dry-run.js';
import { CliError } from '../errors/cli-error.js';
import { usageError } from '../errors/usage-error.js';
import { ReferenceOption } from '../options/reference-option.js';
import { dryRunOption, outputOption, type OutputOptions } from '../options/shared-options.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { checked } from './checked.js';
import { admissionOf, configChangeOf, labelsOf } from './network-change.js';
import { type NetworkOptions, networkOptions } from './network-options.js';
import { networkArgument, printNetwork } from './network-view.js';
import { rulesIn } from './rules-file.js';

type SetOptions = OutputOptions & NetworkOptions & { name?: string; dryRun?: boolean };

/** `network set`: sets the name of any network, and all other settings of networks that Orrery manages. */
export const networkSetLeaf = (context: Context): Leaf<SetOptions> => ({
  name: 'set',
  summary: 'change a network, or give it a name to use instead of its ID',
  details:
    'Settings without a flag stay as they are. Any network can have a name here, and with a name --labels; the rest applies to networks that Orrery manages. --pool and ' +
    '--route replace all pools and all routes; a pool that is a prefix adds its own route.',
  args: [networkArgument()],
  options: [
    new ReferenceOption('--name <name>', 'name to use here'),
    ...networkOptions(),
    dryRunOption(),
    outputOption(),
  ],
  examples: [
    'orrery network set 8056c2e21c000001 --name lab',
    'orrery network set lab --admit site=cloud --for 8h',
    'orrery network set lab --pool 10.1.2.0/24 --dns lab.lan=10.1.2.1',
  ],
  run: async (options, reference = '') => {
    const { output, dryRun } = options;
    const before = await networkNow(context, reference);
    const body = await patchOf(options, before?.value);
    const query = dryRun ? { dryRun } : {};
    // A name alone also works for a network that is unknown here, or that Orrery does not manage.
    const isKept = (before?.value.managedBy ?? null) !== null;
    const isNaming = Object.keys(body).length === 1 && body.name !== undefined;
    const answer = await context.client.request(
      isNaming && !isKept ? 'PUT' : 'PATCH',
      apiPath('networks', before?.value.id ?? reference),
      z.union([DryRun, Network]),
      { body, query, ...(isKept ? { ifMatch: before?.etag } : {}) },
    );
    if ('dryRun' in answer.value) printDryRun(context, output, answer.value, answer.raw);
    else printNetwork(context, output, { value: answer.value, raw: answer.raw });
  },
});

async function patchOf(options: SetOptions, before: Network | undefined): Promise<NetworkPatch> {
  const { name } = options;
  const config = { ...configChangeOf(options, before?.config ?? null), ...(await rulesIn(options.rules)) };
  const admission = admissionOf(options, before?.admission ?? null);
  const patch = {
    ...(name === undefined ? {} : { name }),
    ...(Object.keys(config).length === 0 ? {} : { config }),
    ...(admission === undefined ? {} : { admission }),
    ...labelsOf(options),
  };
  if (Object.keys(patch).length === 0)
    throw usageError('nothing to set', 'List the options: `orrery network set --help`');
  return checked(NetworkPatch, patch);
}

async function networkNow({ client }: Context, reference: string): Promise<Answer<Network> | undefined> {
  return client.get(apiPath('networks', reference), Network).catch((error: unknown) => {
    if (error instanceof CliError && error.code === 'unknown-network') return undefined;
    throw error;
  });
}
