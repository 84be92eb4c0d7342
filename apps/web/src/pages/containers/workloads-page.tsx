import { Link } from '@tanstack/react-router';
import { AttachButton } from '../../acts/bars.js';
import type { Shape } from '../../api/client.js';
import { useList } from '../../api/use-read.js';
import { containerPlace, hostPlace } from '../../parts/places.js';
import type { Shown } from '../../parts/rows.js';
import { workloadStanding } from '../../parts/states.js';
import { ageColumn, stateColumn, textColumn } from '../lists/columns.js';
import { ListPage } from '../lists/list-page.js';
import { listSentence } from '../lists/list-sentence.js';

type Workload = Shape<'Workload'>;

const causeOf = ({ networks }: Workload): string | null => networks.find(({ cause }) => cause !== null)?.cause ?? null;
const asked = ({ networks }: Workload): string =>
  networks.map(({ network, address }) => (address === null ? network : `${network} ${address}`)).join(', ');

/** Containers of others that wear labels for Orrery, or are attached. */
const WORKLOADS: Shown<Workload> = {
  columns: [
    {
      key: 'workload',
      title: 'Workload',
      show: ({ workload, node }) =>
        node ? <Link to={containerPlace(node.name)}>{workload}</Link> : <strong>{workload}</strong>,
      by: ({ workload }) => workload,
    },
    stateColumn(workloadStanding),
    {
      key: 'host',
      title: 'Host',
      show: ({ host }) => <Link to={hostPlace(host.name)}>{host.name}</Link>,
      by: ({ host }) => host.name,
    },
    textColumn('networks', 'Asks for', (row) => asked(row) || null, { hide: 'phone' }),
    textColumn('cause', 'Why not', causeOf, { hide: 'tablet' }),
    {
      key: 'by',
      title: 'Attached by',
      show: ({ host, workload, node, byLabel }) =>
        node ? byLabel ? 'its labels' : 'a command' : <AttachButton host={host.name} workload={workload} />,
      by: ({ node, byLabel }) => (node ? (byLabel ? 'its labels' : 'a command') : ''),
      hide: 'both',
    },
    { ...ageColumn<Workload>('changed', 'Last change', ({ updatedAt }) => updatedAt), hide: 'phone' },
  ],
  text: (row) => `${row.workload} ${row.name} ${row.host.name} ${asked(row)} ${causeOf(row) ?? ''}`,
  isFine: (row) => workloadStanding(row).is === 'fine',
  defaultSort: 'state',
};

export function WorkloadsPage() {
  const listed = useList('/v1/workloads');
  return (
    <ListPage
      noun="workloads"
      listed={listed}
      acts={<AttachButton kind="go" />}
      shown={WORKLOADS}
      keyOf={({ host, workload }) => `${host.id} ${workload}`}
      title={(rows) =>
        rows.length === 0
          ? 'No container of yours wears a label for Orrery or is attached'
          : listSentence(rows.map(workloadStanding), 'workload', 'attached')
      }
      run="orrery workload ls"
    />
  );
}
