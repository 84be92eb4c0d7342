import { ContainerLimits, type ContainerSpec, MembershipSettings } from '@orrery/shared/contracts';
import { type MembershipOptions, membershipOptions, settingsOf } from './membership-options.js';
import { ReferenceOption } from './reference-option.js';
import { collect, positive } from './shared-options.js';

export interface SpecOptions extends MembershipOptions {
  network?: string[];
  image?: string;
  memory?: number;
  pids?: number;
}

/** The spec of a container. */
export const specOptions = () => [
  new ReferenceOption('--network <networks>', 'networks by name or 16 hex digits (repeatable)', 'networks').argParser(
    collect,
  ),
  new ReferenceOption('--image <image>', "image of zerotier-one (default: the host's setting)"),
  new ReferenceOption('--memory <MiB>', 'memory limit (default: 256)').argParser(positive),
  new ReferenceOption('--pids <n>', 'process limit (default: 128)').argParser(positive),
  ...membershipOptions(),
];

/** A whole spec from flags; parts without a flag are as in `base`. */
export function specOf(options: SpecOptions, base: ContainerSpec): ContainerSpec {
  return {
    networks: options.network ?? base.networks,
    image: options.image ?? base.image,
    limits: { memoryMb: options.memory ?? base.limits.memoryMb, pids: options.pids ?? base.limits.pids },
    settings: settingsOf(options, base.settings),
  };
}

export const defaultSpec = (): ContainerSpec => ({
  networks: [],
  image: null,
  limits: ContainerLimits.parse({}),
  settings: MembershipSettings.parse({}),
});
