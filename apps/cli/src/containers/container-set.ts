import { Container, type ContainerSpec } from '@orrery/shared/contracts';
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
      const body = specOf(options, presentSpec(container, options));
      return submit(context, { method: 'PUT', path, body, ifMatch: etag }, options);
    },
  });
}

function presentSpec({ networks, image, limits, settings }: Container, options: SpecOptions): ContainerSpec {
  if (settings === null && networks.length > 0 && settingsChangeOf(options) === undefined)
    throw usageError(
      'the networks of this container have different settings, but a spec has the same settings for all',
      'Give the settings (--allow-managed, --allow-global, --allow-default, --allow-dns), or change one network: `orrery join HOST/CONTAINER NETWORK`',
    );
  return { networks, image, limits, settings: settings ?? defaultSpec().settings };
}
