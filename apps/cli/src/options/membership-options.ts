import type { MembershipSettings, MembershipSettingsChange } from '@orrery/shared/contracts';
import { InvalidArgumentError } from 'commander';
import { ReferenceOption } from './reference-option.js';

export interface MembershipOptions {
  allowManaged?: boolean | string[];
  allowGlobal?: boolean;
  allowDefault?: boolean;
  allowDns?: boolean;
}

/** zerotier-one's own four settings of a membership. */
export const membershipOptions = () => [
  new ReferenceOption(
    '--allow-managed <yes|no|prefixes>',
    'accept addresses and routes from the network: all, none, or only within these prefixes (default: yes)',
  ).argParser(managed),
  new ReferenceOption('--allow-global', 'also accept public addresses'),
  new ReferenceOption('--allow-default', 'also accept a default route from the network'),
  new ReferenceOption('--allow-dns', "also use the network's DNS servers"),
];

/** Only the given settings, because the API keeps the others as they are. Undefined if none was given. */
export function settingsChangeOf(options: MembershipOptions): MembershipSettingsChange | undefined {
  const { allowManaged, allowGlobal, allowDefault, allowDns } = options;
  const given = Object.entries({ allowManaged, allowGlobal, allowDefault, allowDNS: allowDns }).filter(
    ([, value]) => value !== undefined,
  );
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

/** All four settings; those without a flag are as in `base`. */
export const settingsOf = (options: MembershipOptions, base: MembershipSettings): MembershipSettings => ({
  ...base,
  ...settingsChangeOf(options),
});

function managed(text: string): boolean | string[] {
  if (/^(yes|true|all)$/i.test(text)) return true;
  if (/^(no|false|none)$/i.test(text)) return false;
  const prefixes = text.split(',').map((part) => part.trim());
  if (prefixes.every((prefix) => prefix.includes('/'))) return prefixes;
  throw new InvalidArgumentError('Write yes, no, or prefixes such as 10.1.0.0/16,fd00::/8.');
}
