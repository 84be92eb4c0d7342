/** What a reference refers to: completion lists these from the API (`codes` and `types` from the contracts). */
export const KINDS = [
  'hosts',
  'nodes',
  'containers',
  'attachments',
  'networks',
  'routes',
  'controllers',
  'admissions',
  'commands',
  'codes',
  'types',
] as const;
export type Kind = (typeof KINDS)[number];
