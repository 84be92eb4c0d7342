import type { ApiToken, JoinToken } from '@orrery/shared/contracts';
import { labelsText } from '../hosts/host-view.js';
import { age } from '../output/age.js';
import type { Column } from '../output/table.js';
import { scopeText } from './token-scope.js';

const columns: Column<ApiToken>[] = [
  { title: 'TOKEN', text: ({ name }) => name, tone: () => 'strong' },
  { title: 'ROLE', text: ({ role }) => role },
  { title: 'SCOPE', text: ({ scope }) => scopeText(scope) },
  { title: 'STATE', text: ({ state }) => state, tone: ({ state }) => (state === 'valid' ? 'good' : 'dim') },
  { title: 'EXPIRES', text: ({ expiresAt }) => expiresAt ?? 'never' },
  { title: 'USED', text: ({ lastUsedAt }, now) => age(lastUsedAt, now) },
  { title: 'BY', text: ({ by }) => by },
  { title: 'PREFIX', text: ({ prefix }) => prefix, wide: true },
  { title: 'ID', text: ({ id }) => id, wide: true },
];
export const tokenView = {
  columns,
  nameOf: ({ name }: ApiToken) => name,
  empty: 'No tokens.',
};

const joinColumns: Column<JoinToken>[] = [
  { title: 'TOKEN', text: ({ id }) => id, tone: () => 'strong' },
  { title: 'FOR', text: ({ name, replaces }) => replaces ?? name ?? 'any host' },
  { title: 'STATE', text: ({ state }) => state, tone: ({ state }) => (state === 'valid' ? 'good' : 'dim') },
  { title: 'LEFT', text: ({ uses, usesLeft }) => `${usesLeft} of ${uses}` },
  { title: 'EXPIRES', text: ({ expiresAt }) => expiresAt },
  {
    title: 'LABELS',
    text: ({ labels, ownLabels }) =>
      [labelsText(labels), ...(ownLabels ? ['plus its own'] : [])].filter(Boolean).join(' '),
  },
  { title: 'NETWORKS', text: ({ networks }) => networks.join(',') },
  { title: 'EPHEMERAL', text: ({ ephemeral }) => ephemeral ?? '' },
  { title: 'HOSTS', text: ({ hosts }) => hosts.join(','), wide: true },
  { title: 'BY', text: ({ by }) => by, wide: true },
];
export const joinTokenView = {
  columns: joinColumns,
  nameOf: ({ id }: JoinToken) => id,
  empty: 'No join tokens.',
};
