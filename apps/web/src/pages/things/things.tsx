import { Link } from '@tanstack/react-router';
import { MembershipActs, NetworkActs, NodeActs, Stages } from '../../acts/bars.js';
import { useList, useRead } from '../../api/use-read.js';
import { Age } from '../../parts/age.js';
import {
  commandPlace,
  containerPlace,
  controllerPlace,
  hostPlace,
  networkPlace,
  nodePlace,
} from '../../parts/places.js';
import { wasDenied } from '../../parts/states.js';
import { Witnesses } from '../../parts/witnesses.js';
import { waitingOf } from './authorize-acts.js';
import { membershipThen } from '../timeline/past.js';
import { NodesIn } from './memberships-of.js';
import { PathsIn, PathsOfNode } from './paths-of.js';
import { admitsWord } from '../../parts/words.js';
import { ThingPage, type Fact } from './thing-page.js';
import { useNamed } from './use-params.js';
import css from '../page-body.module.css';

export function NodePage() {
  const { node } = useNamed();
  const { data } = useRead('/v1/nodes/{node}', { path: { node } });
  return (
    <ThingPage
      about={{ about: `node:${node}` }}
      crumbs={[{ name: 'Nodes', to: '/nodes' }, { name: node }]}
      run={`orrery explain node:${node}`}
      events={{ node }}
      bar={data ? <NodeActs node={data} /> : null}
      facts={
        data
          ? [
              ['Host', <Link to={hostPlace(data.host.name)}>{data.host.name}</Link>],
              ['Address', data.address ? <code>{data.address}</code> : 'none yet'],
              ['Kind', data.kind === 'host' ? "the host's own zerotier-one" : 'in a container'],
              ['zerotier-one', data.zerotierVersion ?? 'not reported'],
              ...(data.kind === 'container'
                ? [['Container', <Link to={containerPlace(data.name)}>{data.name}</Link>] satisfies Fact]
                : []),
            ]
          : []
      }
    >
      <PathsOfNode node={node} />
    </ThingPage>
  );
}

export function NetworkPage() {
  const { network } = useNamed();
  const { data } = useRead('/v1/networks/{network}', { path: { network } });
  const waits = Boolean(data?.managedBy && data.memberships.waiting > 0);
  const { items: notFine } = useList('/v1/memberships', { network, attention: true }, { enabled: waits });
  // Nobody authorizes with all others what somebody denied.
  const waiting = waits ? waitingOf(notFine).filter(({ outcome }) => !wasDenied(outcome)) : [];
  const name = data?.name ?? network;
  return (
    <ThingPage
      about={{ about: `network:${network}` }}
      crumbs={[{ name: 'Networks', to: '/networks' }, { name }]}
      run={`orrery explain network:${network}`}
      events={{ network }}
      bar={data ? <NetworkActs network={data} /> : null}
      waiting={waiting}
      facts={
        data
          ? [
              ['ID', <code>{data.id}</code>],
              [
                'Controller',
                data.managedBy ? (
                  <Link to={controllerPlace(data.managedBy.name)}>{data.managedBy.name}</Link>
                ) : (
                  'somebody else'
                ),
              ],
              ['Pool', data.config?.pools.map(({ start, end }) => `${start} – ${end}`).join(', ') || 'none'],
              ['Admits', data.admission ? admitsWord(data.admission) : 'not known'],
              [
                'Memberships',
                data.memberships.total === 0 ? 'none' : `${data.memberships.ok} of ${data.memberships.total} OK`,
              ],
            ]
          : []
      }
    >
      <NodesIn network={network} total={data?.memberships.total} />
      <PathsIn network={network} title="Paths" />
    </ThingPage>
  );
}

export function MembershipPage() {
  const { node, network } = useNamed();
  const { data } = useRead('/v1/nodes/{node}/networks/{network}', { path: { node, network } });
  const name = data?.network.name ?? network;
  const waits = data?.outcome?.kind === 'waiting' && data.outcome.code === 'authorization';
  return (
    <ThingPage
      about={{ about: node, network }}
      crumbs={[{ name: 'Memberships', to: '/memberships' }, { name: `${node} in ${name}` }]}
      run={`orrery explain ${node} ${data?.network.name === null ? network : name}`}
      events={{ node, network }}
      past={membershipThen}
      bar={data ? <MembershipActs membership={data} waits={waits} /> : null}
      isWitnessed
      waiting={waitingOf(data ? [data] : [])}
      facts={
        data
          ? [
              ['Node', <Link to={nodePlace(data.node.name)}>{data.node.name}</Link>],
              ['Host', <Link to={hostPlace(data.host.name)}>{data.host.name}</Link>],
              ['Network', <Link to={networkPlace(data.network.id)}>{name}</Link>],
              ['Network ID', <code>{data.network.id}</code>],
              ['Managed', data.managed ? 'by Orrery' : 'no: found on the host'],
              ...(data.updatedAt ? [['Reported', <Age at={data.updatedAt} ago />] as const] : []),
            ].map(([key, value]) => [key as string, value])
          : []
      }
    >
      {data && (
        <section className={css.section}>
          <h2>
            Three witnesses <small>beside what is wanted</small>
          </h2>
          <Witnesses membership={data} />
        </section>
      )}
    </ThingPage>
  );
}

export function CommandPage() {
  const { command } = useNamed();
  const { data } = useRead('/v1/commands/{command}', { path: { command } });
  return (
    <ThingPage
      about={{ about: command }}
      crumbs={[{ name: 'Commands', to: '/commands' }, { name: data ? `${data.action} ${data.target}` : command }]}
      run={`orrery command get ${command}`}
      events={{ command }}
      facts={
        data
          ? [
              ['Host', <Link to={hostPlace(data.host.name)}>{data.host.name}</Link>],
              ['Asked for by', data.by],
              ['Asked', <Age at={data.createdAt} ago />],
              ['Command', <Link to={commandPlace(data.id)}>{data.id}</Link>],
            ]
          : []
      }
    >
      {data && (
        <section className={css.section}>
          <h2>
            Stages <small>each one as it was observed</small>
          </h2>
          <Stages command={data} />
        </section>
      )}
    </ThingPage>
  );
}
