import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Shape } from '../../api/client.js';
import { useAwayHosts } from '../../api/use-away-hosts.js';
import { useEndlessList, useList, useRead } from '../../api/use-read.js';
import { Button } from '../../parts/button.js';
import { DataTable, type Column } from '../../parts/data-table.js';
import { StateWord } from '../../parts/mark.js';
import { Nothing } from '../../parts/notice.js';
import { membershipPlace, nodePlace } from '../../parts/places.js';
import { asLastKnown, membershipStanding, type Standing } from '../../parts/states.js';
import { nameColumn, stateColumn, textColumn } from '../lists/columns.js';
import { fleetStandings, membershipKey, rowStanding } from '../lists/fleet-standings.js';
import css from '../page-body.module.css';

type Membership = Shape<'Membership'>;

/** What each of the three witnesses says. */
const WITNESSES: readonly Column<Membership>[] = [
  textColumn(
    'controller',
    'Controller says',
    ({ controller }) =>
      controller && [controller.authorized ? 'authorized' : 'not authorized', ...controller.addresses].join(', '),
    { hide: 'phone' },
  ),
  textColumn(
    'daemon',
    'Daemon says',
    ({ status, assignedAddresses }) => status && [status, ...assignedAddresses].join(', '),
    { hide: 'phone' },
  ),
  textColumn('kernel', 'Kernel shows', kernelWord),
];

function kernelWord({ interfaceUp, addresses }: Membership): string | null {
  if (interfaceUp === null) return null;
  return [interfaceUp ? 'up' : 'down', ...addresses].join(', ');
}

const ofNodes = (isAway: boolean): readonly Column<Membership>[] => [
  {
    key: 'membership',
    title: 'Membership',
    show: ({ node, network }) => (
      <Link to={membershipPlace(node.name, network.id)}>
        {node.name} in {network.name ?? network.id}
      </Link>
    ),
  },
  stateColumn((membership) => asLastKnown(membershipStanding(membership), isAway)),
  ...WITNESSES,
];

const keyOf = ({ node, network }: Membership) => `${node.id} ${network.id}`;

/** Of a host or of one of its nodes. */
export function MembershipsOf({ host, node }: { host?: string; node?: string }) {
  const { items, isWhole } = useList('/v1/memberships', { host, node });
  const isAway = useAwayHosts([host ?? node?.split('/')[0] ?? '']).size > 0;
  return (
    <section className={css.section}>
      <h2>
        Memberships <small>as three witnesses see each</small>
      </h2>
      {items.length === 0 ? (
        isWhole && <Nothing>Not in a network</Nothing>
      ) : (
        <div className={css.wide}>
          <DataTable caption="Memberships" columns={ofNodes(isAway)} rows={items} keyOf={keyOf} />
        </div>
      )}
    </section>
  );
}

/** The node leads to itself, and its state to the membership, which says why. */
const ofNetwork = (standingOf: (membership: Membership) => Standing): readonly Column<Membership>[] => [
  nameColumn(
    'Node',
    ({ node }) => node.name,
    ({ node }) => nodePlace(node.name),
  ),
  {
    key: 'state',
    title: 'State',
    show: (membership) => {
      const { node, network } = membership;
      const { is, word } = standingOf(membership);
      return (
        <Link to={membershipPlace(node.name, network.id)} title={`${node.name} in ${network.name ?? network.id}`}>
          <StateWord is={is}>{word}</StateWord>
        </Link>
      );
    },
  },
  ...WITNESSES,
];

const AT_ONCE = 50;

/** The first of them, until somebody asks for more. */
export const useNodesIn = (network: string) => useEndlessList('/v1/memberships', { network }, { limit: AT_ONCE });

/** Each stands as the API judges it in the fleet, so that a node on an unreachable host is no more than last known. */
function useColumns(): readonly Column<Membership>[] {
  const { data: topology } = useRead('/v1/topology');
  return useMemo(() => {
    const fleet = topology && fleetStandings(topology, 'memberships');
    return ofNetwork((membership) =>
      rowStanding(membershipStanding(membership), fleet?.of(membershipKey(membership.node.id, membership.network.id))),
    );
  }, [topology]);
}

/** The nodes of a network, as three witnesses see each. */
export function NodesIn({ network, total }: { network: string; total: number | undefined }) {
  const { items, isWhole, more } = useNodesIn(network);
  const columns = useColumns();
  return (
    <section className={css.section}>
      <h2>
        Nodes <small>{(total ?? items.length).toLocaleString('en-US')}</small>
      </h2>
      {items.length === 0 ? (
        isWhole && <Nothing>No node is in it yet</Nothing>
      ) : (
        <div className={css.wide}>
          <DataTable caption="Nodes" columns={columns} rows={items} keyOf={keyOf} isOpen={!isWhole} />
        </div>
      )}
      {more && <Button onClick={more}>Show more nodes</Button>}
    </section>
  );
}
