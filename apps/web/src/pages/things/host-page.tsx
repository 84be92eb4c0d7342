import { HostActs } from '../../acts/bars.js';
import type { Shape } from '../../api/client.js';
import { useList, useRead } from '../../api/use-read.js';
import { Age } from '../../parts/age.js';
import { DataTable, type Column } from '../../parts/data-table.js';
import { Nothing } from '../../parts/notice.js';
import { nodePlace } from '../../parts/places.js';
import { Prose } from '../../parts/sentence.js';
import { asLastKnown, isLastKnown, nodeStanding } from '../../parts/states.js';
import { nameColumn, stateColumn, textColumn } from '../lists/columns.js';
import { hostThen } from '../timeline/past.js';
import { MembershipsOf } from './memberships-of.js';
import { ThingPage, type Fact } from './thing-page.js';
import { useNamed } from './use-params.js';
import css from '../page-body.module.css';

export function HostPage() {
  const { host } = useNamed();
  const { data } = useRead('/v1/hosts/{host}', { path: { host } });
  return (
    <ThingPage
      about={{ about: `host:${host}` }}
      crumbs={[{ name: 'Hosts', to: '/hosts' }, { name: host }]}
      run={`orrery explain host:${host}`}
      events={{ host }}
      past={hostThen}
      bar={data ? <HostActs host={data} /> : null}
      barRows={2}
      facts={data ? factsOf(data) : []}
    >
      <NodesOf host={host} />
      <MembershipsOf host={host} />
    </ThingPage>
  );
}

function factsOf({
  labels,
  engine,
  agentVersion,
  lastSeenAt,
  simulated,
  revision,
  heldRevision,
  ephemeral,
}: Shape<'Host'>) {
  const marks = Object.entries(labels).map(([key, value]) => (value === '' ? key : `${key}=${value}`));
  const facts: Fact[] = [
    ['Labels', marks.length > 0 ? <code>{marks.join(', ')}</code> : 'none'],
    [
      'Docker',
      engine === null ? 'not reported' : engine.state === 'up' ? engine.version : <Prose text={engine.cause} />,
    ],
    ['Agent', agentVersion ?? 'not reported'],
    ['Last seen', lastSeenAt ? <Age at={lastSeenAt} ago /> : 'never'],
    ['Desired state', heldRevision < revision ? `holds ${heldRevision} of ${revision}` : `revision ${revision}`],
  ];
  if (simulated) facts.push(['Simulated', 'yes']);
  if (ephemeral !== null) facts.push(['Forgotten when away for', ephemeral]);
  return facts;
}

const nodeColumns = (host: Shape<'Host'> | undefined): readonly Column<Shape<'Node'>>[] => [
  nameColumn(
    'Node',
    ({ name }) => name,
    ({ name }) => nodePlace(name),
  ),
  stateColumn((node) => asLastKnown(nodeStanding(node), host !== undefined && isLastKnown(host, node.kind))),
  { key: 'address', title: 'Address', show: ({ address }) => (address ? <code>{address}</code> : '–') },
  textColumn('version', 'ZeroTier', ({ zerotierVersion }) => zerotierVersion, { hide: 'phone' }),
];

function NodesOf({ host }: { host: string }) {
  const { items, isWhole } = useList('/v1/nodes', { host });
  const { data } = useRead('/v1/hosts/{host}', { path: { host } });
  return (
    <section className={css.section}>
      <h2>
        Nodes <small>{items.length}</small>
      </h2>
      {items.length === 0 ? (
        isWhole && <Nothing>No node was reported yet</Nothing>
      ) : (
        <div className={css.wide}>
          <DataTable caption="Nodes" columns={nodeColumns(data)} rows={items} keyOf={({ id }) => id} />
        </div>
      )}
    </section>
  );
}
