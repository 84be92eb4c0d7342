import { explain, type FindingData, type HostId, type NodeAddress, type NodeId } from '@orrery/shared/contracts';

/** A node that shows an address, or that Orrery gave it to; of addresses that more than one node has in this way. */
export interface Holder {
  address: NodeAddress;
  node: NodeId;
  host: HostId;
  /** As people write it: HOST, or HOST/CONTAINER. */
  name: string;
  isGiven: boolean;
}

export interface Claim extends FindingData {
  code: 'address-claimed';
  node: NodeId;
  host: HostId;
}

/** A hostile host can show an address with all of its nodes: a cause stays a sentence. */
const MOST_NAMES = 5;

/** What is to be found of nodes: one finding each, whatever it has to do with how many addresses. */
export function claimsOf(holders: readonly Holder[]): Claim[] {
  const byAddress = groupBy(holders, ({ address }) => address);
  const found = [...byAddress].flatMap(([address, all]) => (all.length > 1 ? claimsOn(address, all) : []));
  const byNode = groupBy(found, ({ node }) => node);
  return [...byNode.values()].map(merge);
}

function claimsOn(address: NodeAddress, holders: readonly Holder[]): Claim[] {
  const owner = holders.find(({ isGiven }) => isGiven);
  const shown = namesOf(holders.filter((holder) => holder !== owner));
  const { code, cause, fix } = owner
    ? explain('address-claimed/given', { address, owner: owner.name, shown })
    : explain('address-claimed/shown', { address, shown });
  return holders.map(({ node, host, isGiven }) => ({
    ...{ code, node, host, cause, fix },
    // The owner of a given address loses nothing; of any other nothing is decided for anybody.
    severity: isGiven ? 'warning' : 'error',
  }));
}

/** A node that was given an address and shows yet another one. */
function merge(claims: Claim[]): Claim {
  const [first, ...more] = claims as [Claim, ...Claim[]];
  return more.reduce((one, { cause }) => ({ ...one, severity: 'error', cause: `${one.cause}; ${cause}` }), first);
}

function groupBy<Key, Row>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

function namesOf(holders: readonly Holder[]): string {
  const names = holders.map(({ name }) => name).sort();
  const rest = names.length - MOST_NAMES;
  if (rest > 0) return `${names.slice(0, MOST_NAMES).join(', ')} and ${rest} more`;
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? '');
}
