import type { Membership } from '@orrery/shared/contracts';
import { marked } from '../hosts/host-view.js';
import { networkText } from '../networks/network-view.js';
import { age } from '../output/age.js';
import { outcomeText, outcomeTone } from '../output/outcome.js';
import type { Column, Tone } from '../output/table.js';

const membershipColumns: Column<Membership>[] = [
  { title: 'NODE', text: (row) => marked(row.node.name, row.simulated), tone: () => 'strong' },
  { title: 'NETWORK', text: (row) => networkText(row.network) },
  { title: 'STATUS', text: (row) => row.status ?? 'not joined', tone: (row) => statusTone(row.status) },
  { title: 'OUTCOME', text: wantedText, tone: (row) => (row.managed ? outcomeTone(row.outcome) : 'dim') },
  { title: 'INTERFACE', text: interfaceText, tone: (row) => (row.interfaceUp === false ? 'warn' : undefined) },
  { title: 'ADDRESSES', text: addressesText, tone: (row) => (isUnheard(row) ? 'warn' : undefined) },
  { title: 'CONTROLLER', text: controllerText, tone: controllerTone, wide: true },
  { title: 'ASSIGNED', text: (row) => row.assignedAddresses.join(','), wide: true },
  { title: 'ROUTES', text: (row) => row.routes.map((route) => route.target).join(','), wide: true },
  { title: 'UPDATED', text: (row, now) => age(row.updatedAt, now), wide: true },
];

function statusTone(status: Membership['status']): Tone | undefined {
  if (status === null || status === 'UNKNOWN') return 'dim';
  if (status === 'OK') return 'good';
  return status === 'REQUESTING_CONFIGURATION' || status === 'ACCESS_DENIED' ? 'warn' : 'bad';
}

/** The outcome of a managed membership; others are only shown. */
function wantedText({ managed, intent, outcome }: Membership): string {
  if (!managed) return 'unmanaged';
  const text = outcomeText(outcome) || 'pending';
  return intent === 'absent' ? `leaving, ${text}` : text;
}

function interfaceText({ device, interfaceUp }: Membership): string {
  if (device === null) return '';
  return interfaceUp === null ? `${device} ?` : `${device} ${interfaceUp ? 'up' : 'down'}`;
}

/** An address that nobody reaches yet is told with how long that has been so. */
function addressesText(row: Membership, now: number): string {
  const text = row.addresses.join(',');
  return isUnheard(row)
    ? `${text} (not heard yet${row.heardSince === null ? '' : `, ${age(row.heardSince, now)}`})`
    : text;
}

const isUnheard = ({ addresses, heard }: Membership): boolean => addresses.length > 0 && heard === false;

/** The controller's view, which may differ from the daemon's for a while (a deauthorized node shows OK for up to 50 s). */
function controllerText({ controller }: Membership): string {
  if (controller === null) return '';
  return controller.authorized ? ['authorized', ...controller.addresses].join(' ') : 'not authorized';
}

function controllerTone({ controller }: Membership): Tone | undefined {
  if (controller === null) return undefined;
  return controller.authorized ? 'good' : 'warn';
}

export const membershipView = {
  columns: membershipColumns,
  nameOf: (row: Membership) => `${row.node.name} ${row.network.id}`,
  empty: 'No memberships. To join a host to a network: orrery join HOST NETWORK',
};
