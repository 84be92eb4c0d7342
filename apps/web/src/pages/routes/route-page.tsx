import { Link } from '@tanstack/react-router';
import { RouteActs } from '../../acts/bars.js';
import { ApiProblem, type Shape } from '../../api/client.js';
import { useAwayHosts } from '../../api/use-away-hosts.js';
import { useRead } from '../../api/use-read.js';
import { Page } from '../../frame/page.js';
import { Age, Clocked } from '../../parts/age.js';
import { DataTable, type Column } from '../../parts/data-table.js';
import { Fix } from '../../parts/fix.js';
import { StateWord } from '../../parts/mark.js';
import { Asking, Nothing, Refused } from '../../parts/notice.js';
import { networkPlace, nodePlace } from '../../parts/places.js';
import { Sentence, type Linked } from '../../parts/sentence.js';
import { asLastKnown, OF_SEVERITY, outcomeStanding, routeStanding, type Standing } from '../../parts/states.js';
import { LastEvents } from '../events/last-events.js';
import { nameColumn, textColumn } from '../lists/columns.js';
import { Facts, type Fact } from '../things/thing-page.js';
import { useNamed } from '../things/use-params.js';
import { routeSentence } from './route-sentence.js';
import css from '../page-body.module.css';

type Route = Shape<'KeptRoute'>;
type Via = Route['via'][number];

/** A prefix that routers bring into a network: who carries it, who stands by, and what is announced. */
export function RoutePage() {
  const { network, route } = useNamed();
  const { data, error } = useRead('/v1/networks/{network}/routes/{route}', { path: { network, route } });
  const name = route.replace('-', '/');
  if (!data && error) return <Refused error={error} what={name} />;
  if (!data) return <Asking what={name} />;
  const { target } = data;
  const into = data.network.name ?? data.network.id;
  // It was there a moment ago: what it was is not shown as what it is.
  const isOver = error instanceof ApiProblem && error.problem.status === 404;
  const text = isOver ? `${target} is no longer brought into ${into}` : routeSentence(data);
  return (
    <Page
      crumbs={[{ name: 'Routes', to: '/routes' }, { name: `${target} into ${into}` }]}
      title={<Sentence text={text} links={linksOf(data)} />}
      sub={isOver ? <span>It is not there any more</span> : <Since route={data} />}
      run={`orrery route get ${target} --network ${into}`}
    >
      <div className={css.two}>
        <div>
          {!isOver && <Routers route={data} />}
          {!isOver && <Announced route={data} />}
          <section className={css.section}>
            <h2>Last events</h2>
            <LastEvents
              query={{ network: data.network.id, type: 'route.opened,route.switched,route.closed' }}
              most={12}
              isOfIt={({ data: said }) => said['target'] === target}
            />
          </section>
        </div>
        <Aside route={data} isOver={isOver} />
      </div>
    </Page>
  );
}

function Since({ route }: { route: Route }) {
  const { is, word } = routeStanding(route);
  return (
    <>
      <StateWord is={is}>{word}</StateWord>
      {route.since && (
        <span>
          its router was chosen <Clocked at={route.since} />, <Age at={route.since} ago />
        </span>
      )}
    </>
  );
}

/** A dialog that is open over the page of what it removes stays open. */
function Aside({ route, isOver }: { route: Route; isOver: boolean }) {
  return (
    <aside hidden={isOver}>
      <div className={css.fixes}>
        {route.findings.map((finding) => (
          <Fix key={`${finding.code} ${finding.cause}`} cause={finding} state={OF_SEVERITY[finding.severity]} />
        ))}
        <RouterFixes route={route} />
      </div>
      <RouteActs route={route} />
      <Facts facts={factsOf(route)} />
    </aside>
  );
}

const linksOf = ({ network, router }: Route): Linked[] => [
  ...(router === null ? [] : [{ text: router, to: nodePlace(router) }]),
  { text: network.name ?? network.id, to: networkPlace(network.id) },
];

/** What keeps a router from forwarding. */
function RouterFixes({ route: { via } }: { route: Route }) {
  return via.map(({ node, outcome }) =>
    outcome && outcome.kind !== 'done' ? (
      <Fix
        key={node.id}
        cause={{ ...outcome, cause: `${node.name}: ${outcome.cause}` }}
        state={outcomeStanding(outcome).is}
      />
    ) : null,
  );
}

interface RouterRow extends Via {
  carries: boolean;
  isAway: boolean;
}

const ROUTERS: readonly Column<RouterRow>[] = [
  nameColumn(
    'Router',
    ({ node }) => node.name,
    ({ node }) => nodePlace(node.name),
  ),
  {
    key: 'forwards',
    title: 'Forwards',
    show: ({ outcome, isAway }) => {
      const { is, word } = asLastKnown(forwarding(outcome), isAway);
      return <StateWord is={is}>{word}</StateWord>;
    },
  },
  textColumn('role', 'Role', ({ carries }) => (carries ? 'carries it' : 'stands by')),
  { key: 'hears', title: 'Hears the router', show: hearsWord },
  {
    key: 'address',
    title: 'Address',
    show: ({ address }) => (address === null ? 'none yet' : <code>{address}</code>),
    hide: 'phone',
  },
];

function forwarding(outcome: Via['outcome']): Standing {
  const { is, word } = outcomeStanding(outcome);
  return { is, word: is === 'fine' ? 'forwards' : is === 'working' ? 'not reported yet' : word };
}

function hearsWord({ carries, hears, isAway }: RouterRow) {
  if (carries) return '–';
  if (hears === undefined || hears === null) return 'not known';
  const heard: Standing = hears ? { is: 'fine', word: 'hears it' } : { is: 'waiting', word: 'does not hear it' };
  const { is, word } = asLastKnown(heard, isAway);
  return <StateWord is={is}>{word}</StateWord>;
}

function Routers({ route: { via, router } }: { route: Route }) {
  const away = useAwayHosts(via.map(({ host }) => host));
  const rows = via.map((one) => ({ ...one, carries: one.node.name === router, isAway: away.has(one.host) }));
  return (
    <section className={css.section}>
      <h2>
        Routers <small>in order of preference</small>
      </h2>
      {rows.length === 0 ? (
        <Nothing>None is left</Nothing>
      ) : (
        <div className={css.wide}>
          <DataTable caption="Routers" columns={ROUTERS} rows={rows} keyOf={({ node }) => node.id} />
        </div>
      )}
    </section>
  );
}

function Announced({ route: { announced } }: { route: Route }) {
  return (
    <section className={css.section}>
      <h2>
        Announced <small>as the controller was told</small>
      </h2>
      {announced.length === 0 ? (
        <Nothing>Nothing is announced</Nothing>
      ) : (
        <Facts
          facts={announced.map(({ target, via }) => [
            target,
            <code>{via === null ? 'on the link' : `via ${via}`}</code>,
          ])}
        />
      )}
    </section>
  );
}

function factsOf({ id, network, check, createdAt, via }: Route): Fact[] {
  const launched = via.filter((one) => one.launched).length;
  return [
    ['Network', <Link to={networkPlace(network.id)}>{network.name ?? network.id}</Link>],
    [
      'Checked in the LAN',
      check ? <code>{check.port ? `${check.address}:${check.port}` : check.address}</code> : 'nothing',
    ],
    ['Launched for it', `${launched} of ${via.length} ${via.length === 1 ? 'router' : 'routers'}`],
    ['Added', <Age at={createdAt} ago />],
    ['ID', <code>{id}</code>],
  ];
}
