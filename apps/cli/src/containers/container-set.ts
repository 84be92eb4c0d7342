import { Container, type ContainerSpec, type MembershipSettings, MembershipPage } from '@orrery/shared/contracts';
import { listAll } from '../api/list-all.js';
import { submit } from '../changes/submit.js';
import { usageError } from '../errors/usage-error.js';
import { settingsChangeOf } from '../options/membership-options.js';
import { changeOptions, type ChangeOptions } from '../options/shared-options.js';
import { defaultSpec, specOf, specOptions, type SpecOptions } from '../options/spec-options.js';
import type { Context } from '../program/context.js';
import type { OrreryCommand } from '../program/orrery-command.js';
import { containerReference } from '../references/container-reference.js';
import { containerArgument } from './container-view.js';

/** `container set`: replaces the spec, and keeps the node and its identity. */
export function addContainerSet(noun: OrreryCommand, context: Context): void {
  noun.leaf<ChangeOptions & SpecOptions>({
    name: 'set',
    summary: 'change the spec of a container',
    details:
      'Settings without a flag stay as they are. The container is recreated if needed; its node keeps its ZeroTier address.',
    args: [containerArgument()],
    options: [...specOptions(), ...changeOptions()],
    examples: [
      'orrery container set web-1/demo --network lab,office --wait',
      'orrery container set web-1/demo --image zerotier/zerotier:1.14.2',
    ],
    run: async (options, reference = '') => {
      const { path } = await containerReference(context.client, reference);
      const { value: container, etag } = await context.client.get(path, Container);
      const body = specOf(options, await presentSpec(context, container, options));
      return submit(context, { method: 'PUT', path, body, ifMatch: etag }, options);
    },
  });
}

async function presentSpec(context: Context, container: Container, options: SpecOptions): Promise<ContainerSpec> {
  const { networks, image, limits } = container;
  return { networks, image, limits, settings: await presentSettings(context, container, options) };
}

/** The API's container has no settings, because they belong to its memberships. */
async function presentSettings(
  { client }: Context,
  { node }: Container,
  options: SpecOptions,
): Promise<MembershipSettings> {
  const query = { node: node.id, managed: 'true' };
  const { rows } = await listAll(client, '/v1/memberships', MembershipPage, query);
  const [first, ...others] = rows.map(({ value }) => value.settings).filter((settings) => settings !== null);
  if (first === undefined) return defaultSpec().settings;
  const differ = others.some((settings) => JSON.stringify(settings) !== JSON.stringify(first));
  if (differ && settingsChangeOf(options) === undefined)
    throw usageError(
      'the networks of this container have different settings, but a spec has the same settings for all',
      'Give the settings (--allow-managed, --allow-global, --allow-default, --allow-dns), or change one network: `orrery join HOST/CONTAINER NETWORK`',
    );
  return first;
}
