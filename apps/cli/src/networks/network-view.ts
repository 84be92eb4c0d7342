import type { Network } from '@orrery/shared/contracts';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';
import type { Column } from '../output/table.js';

const networkColumns: Column<Network>[] = [
  { title: 'NETWORK', text: (network) => network.id, tone: () => 'strong' },
  { title: 'NAME', text: (network) => network.name ?? '' },
  { title: 'MEMBERSHIPS', text: ({ memberships }) => String(memberships.total) },
  {
    title: 'OK',
    text: ({ memberships }) => String(memberships.ok),
    tone: ({ memberships }) => (memberships.ok > 0 ? 'good' : undefined),
  },
  {
    title: 'WAITING',
    text: ({ memberships }) => String(memberships.waiting),
    tone: ({ memberships }) => (memberships.waiting > 0 ? 'warn' : undefined),
  },
  { title: 'CONTROLLER', text: (network) => network.controller },
];

export const networkView = {
  columns: networkColumns,
  nameOf: (network: Network) => network.name ?? network.id,
  empty: 'No networks yet: join or launch into one.',
};

/** A network as people call it. */
export const networkText = ({ id, name }: { id: string; name: string | null }) =>
  name === null ? id : `${name} (${id})`;

export const networkArgument = (name = '<network>') =>
  new ReferenceArgument(name, 'name or 16 hex digits of a network', 'networks');
export const networkFilter = () => new ReferenceOption('--network <network>', 'only of this network', 'networks');
