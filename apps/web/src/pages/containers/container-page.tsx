import { Link } from '@tanstack/react-router';
import { ContainerActs } from '../../acts/bars.js';
import type { Shape } from '../../api/client.js';
import { useList, useRead } from '../../api/use-read.js';
import { Age } from '../../parts/age.js';
import { Fix } from '../../parts/fix.js';
import { Nothing } from '../../parts/notice.js';
import { hostPlace, nodePlace } from '../../parts/places.js';
import { MembershipsOf } from '../things/memberships-of.js';
import { Facts, ThingPage, type Fact } from '../things/thing-page.js';
import { useNamed } from '../things/use-params.js';
import css from '../page-body.module.css';

type Container = Shape<'Container'>;

/** A ZeroTier container: what the engine shows, the networks of its node, and the workload that it is attached to. */
export function ContainerPage() {
  const { container } = useNamed();
  const { data } = useRead('/v1/containers/{container}', { path: { container } });
  const name = data?.node.name ?? container.replace('.', '/');
  return (
    <ThingPage
      about={{ about: `node:${name}` }}
      crumbs={[{ name: 'Containers', to: '/containers' }, { name }]}
      run={`orrery container get ${name}`}
      events={{ container: name }}
      bar={data && <ContainerActs container={data} />}
      facts={data ? factsOf(data) : []}
    >
      {data && <Engine status={data.status} />}
      {data?.workload && <WorkloadOf host={data.host.name} workload={data.workload} />}
      <MembershipsOf node={name} />
    </ThingPage>
  );
}

function factsOf({ node, host, image, limits, workload, byLabel, createdAt, incarnation }: Container): Fact[] {
  return [
    ['Host', <Link to={hostPlace(host.name)}>{host.name}</Link>],
    ['Node', <Link to={nodePlace(node.name)}>{node.name}</Link>],
    ['Kind', workload === null ? 'launched by Orrery' : byLabel ? 'attached by labels' : 'attached by a command'],
    ['Image asked for', image === null ? 'the default' : <code>{image}</code>],
    ['Limits', `${limits.memoryMb} MiB, ${limits.pids} processes`],
    ['Restarts asked for', incarnation],
    ['Asked for', <Age at={createdAt} ago />],
  ];
}

function Engine({ status }: { status: Container['status'] }) {
  return (
    <section className={css.section}>
      <h2>
        Engine <small>what it shows</small>
      </h2>
      {status ? <Facts facts={engineFacts(status)} /> : <Nothing>The engine shows no such container</Nothing>}
    </section>
  );
}

const engineFacts = ({ state, image, startedAt, exitCode, oomKilled }: NonNullable<Container['status']>): Fact[] => [
  ['State', state],
  ['Image', <code>{image}</code>],
  ['Started', startedAt ? <Age at={startedAt} ago /> : 'never'],
  ...(exitCode === null ? [] : [['Exit code', exitCode] satisfies Fact]),
  ...(oomKilled ? [['Killed', 'it used more memory than its limit'] satisfies Fact] : []),
];

function WorkloadOf({ host, workload }: { host: string; workload: string }) {
  const { items, isWhole } = useList('/v1/workloads', { host });
  const found = items.find((one) => one.workload === workload);
  return (
    <section className={css.section}>
      <h2>
        Workload <small>{workload}</small>
      </h2>
      {found ? <Workload workload={found} /> : isWhole && <Nothing>The engine shows no such container</Nothing>}
    </section>
  );
}

function Workload({ workload: { name, state, startedAt, labels, networks } }: { workload: Shape<'Workload'> }) {
  const worn = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return (
    <>
      <Facts
        facts={[
          ['Container', <code>{name}</code>],
          ['State', state],
          ['Started', startedAt ? <Age at={startedAt} ago /> : 'never'],
          ['Labels', worn.length === 0 ? 'none for Orrery' : <code>{worn.join(', ')}</code>],
        ]}
      />
      {networks.map(({ network, code, cause, fix }) =>
        code === null ? null : (
          <Fix
            key={network}
            cause={{ code, cause: cause ?? `its label for ${network} has no effect`, fix: fix ?? '', commands: [] }}
            state="failed"
          />
        ),
      )}
    </>
  );
}
