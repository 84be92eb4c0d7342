import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { AttachButton, AttachDialog } from '../../acts/bars.js';
import type { Shape } from '../../api/client.js';
import { useList, useRead } from '../../api/use-read.js';
import { containerPlace, hostPlace } from '../../parts/places.js';
import { useMay } from '../../door/use-door.js';
import { useLiveState } from '../../live/use-live.js';
import { Button } from '../../parts/button.js';
import { Prose } from '../../parts/sentence.js';
import type { Shown } from '../../parts/rows.js';
import { workloadStanding, type Standing } from '../../parts/states.js';
import { ageColumn, stateColumn, textColumn } from '../lists/columns.js';
import { fleetStandings } from '../lists/fleet-standings.js';
import { ListPage } from '../lists/list-page.js';
import { listSentence } from '../lists/list-sentence.js';

type Workload = Shape<'Workload'>;

const causeOf = ({ networks }: Workload): string | null => networks.find(({ cause }) => cause !== null)?.cause ?? null;
const asked = ({ networks }: Workload): string =>
  networks.map(({ network, address }) => (address === null ? network : `${network} ${address}`)).join(', ');

type OnAttach = (row: Workload) => void;

/** Not the dialog: the row can go while that is open. */
function AttachInRow({ row, onAttach }: { row: Workload; onAttach: OnAttach }) {
  const isAllowed = useMay('POST /v1/hosts/{host}/attachments');
  const isLost = useLiveState().is === 'lost';
  if (!isAllowed) return '–';
  return (
    <Button small disabled={isLost} aria-label={`Attach ${row.workload}…`} onClick={() => onAttach(row)}>
      Attach…
    </Button>
  );
}

const byWord = ({ node, byLabel }: Workload): string | null => node && (byLabel ? 'its labels' : 'a command');

/** Containers of others that wear labels for Orrery, or are attached. */
const workloads = (standing: (row: Workload) => Standing, onAttach: OnAttach): Shown<Workload> => ({
  columns: [
    {
      key: 'workload',
      title: 'Workload',
      show: ({ workload, node }) =>
        node ? <Link to={containerPlace(node.name)}>{workload}</Link> : <strong>{workload}</strong>,
      by: ({ workload }) => workload,
    },
    stateColumn(standing),
    {
      key: 'host',
      title: 'Host',
      show: ({ host }) => <Link to={hostPlace(host.name)}>{host.name}</Link>,
      by: ({ host }) => host.name,
    },
    textColumn('networks', 'Asks for', (row) => asked(row) || null, { hide: 'phone' }),
    {
      key: 'cause',
      title: 'Why not',
      show: (row) => <Prose text={causeOf(row) ?? '–'} />,
      by: (row) => causeOf(row) ?? '',
      hide: 'tablet',
    },
    {
      key: 'by',
      title: 'Attached by',
      show: (row) => byWord(row) ?? <AttachInRow row={row} onAttach={onAttach} />,
      by: (row) => byWord(row) ?? '',
      hide: 'both',
    },
    { ...ageColumn<Workload>('changed', 'Last change', ({ updatedAt }) => updatedAt), hide: 'phone' },
  ],
  text: (row) => `${row.workload} ${row.name} ${row.host.name} ${asked(row)} ${causeOf(row) ?? ''}`,
  isFine: (row) => standing(row).is === 'fine',
  defaultSort: 'state',
});

export function WorkloadsPage() {
  const listed = useList('/v1/workloads');
  const [attaching, attach] = useState<Workload>();
  const { data: topology } = useRead('/v1/topology');
  const standing = useMemo(() => {
    const nodes = topology && fleetStandings(topology, 'nodes');
    return (row: Workload) => workloadStanding(row, nodes?.of(row.node?.id ?? ''));
  }, [topology]);
  const shown = useMemo(() => workloads(standing, attach), [standing]);
  return (
    <>
      {attaching && (
        <AttachDialog host={attaching.host.name} workload={attaching.workload} onClose={() => attach(undefined)} />
      )}
      <ListPage
        noun="workloads"
        listed={listed}
        acts={<AttachButton kind="go" />}
        shown={shown}
        keyOf={({ host, workload }) => `${host.id} ${workload}`}
        title={(rows) =>
          rows.length === 0
            ? 'No container of yours wears a label for Orrery or is attached'
            : listSentence(rows.map(standing), 'workload', 'attached')
        }
        run="orrery workload ls"
      />
    </>
  );
}
