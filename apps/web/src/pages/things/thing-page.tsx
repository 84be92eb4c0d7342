import type { ReactNode } from 'react';
import { DecideButtons } from '../../acts/bars.js';
import { ApiProblem, type Asking, type Problem, type Shape } from '../../api/client.js';
import { useRead } from '../../api/use-read.js';
import { useDoor } from '../../door/use-door.js';
import { Page, type Crumb } from '../../frame/page.js';
import { Age, Clocked } from '../../parts/age.js';
import { Mark, StateWord, type State } from '../../parts/mark.js';
import { Asking as StillAsking, Refused } from '../../parts/notice.js';
import { linksOf } from '../../parts/places.js';
import { Prose, Sentence } from '../../parts/sentence.js';
import { OF_STANDING } from '../../parts/states.js';
import { Story } from '../../parts/story.js';
import { LastEvents } from '../events/last-events.js';
import type { Rewind } from '../timeline/past.js';
import { Timeline } from '../timeline/timeline.js';
import { AuthorizeFix } from './authorize-acts.js';
import css from '../page-body.module.css';

type Explanation = Shape<'Explanation'>;

interface ThingPageProps {
  /** What the API is asked to explain. */
  about: { about: string; network?: string };
  crumbs: readonly Crumb[];
  run: string;
  /** Which events belong to it. */
  events?: Asking['query'];
  /** What was so after some of these events: the page can be rewound. */
  past?: Rewind;
  /** Those of it that wait for a person, if somebody can decide here. */
  waiting?: readonly Shape<'Membership'>[];
  /** What can be done with it at any time: null while nobody knows, so that what stands below it stays where it is. */
  bar?: ReactNode;
  barRows?: 1 | 2;
  facts?: readonly Fact[];
  /** `children` show what controller, daemon and kernel say. */
  isWitnessed?: boolean;
  children?: ReactNode;
}

/** The page of one thing: the sentence that explains it, what can be done, what is known, and how it came to be so. */
export function ThingPage({
  about,
  crumbs,
  run,
  events,
  past,
  waiting = [],
  bar,
  barRows = 1,
  facts = [],
  isWitnessed,
  children,
}: ThingPageProps) {
  const { data, error } = useRead('/v1/explanations', { query: about });
  const name = crumbs.at(-1)?.name ?? about.about;
  // It was there a moment ago: what it was is not shown as what it is.
  const end = error instanceof ApiProblem && error.problem.status === 404 ? error.problem : undefined;
  if (!data && error) return <Refused error={error} what={name} />;
  if (!data) return <StillAsking what={name} />;
  return (
    <Page
      crumbs={crumbs}
      title={end ? <GoneTitle problem={end} /> : <Sentence text={data.headline} links={linksOf(data)} />}
      sub={end ? <span>It is not there any more</span> : <Standing explanation={data} />}
      run={run}
    >
      <div className={css.two}>
        <div>
          {!end && (
            <>
              {children}
              {!isWitnessed && data.views && <Views views={data.views} />}
              <StorySection story={data.story} />
            </>
          )}
          {events && past && !end && <Timeline key={JSON.stringify(events)} query={events} rewind={past} />}
          {events && (!past || end) && <EventsOf query={events} />}
        </div>
        <aside>
          {!end && <Causes explanation={data} waiting={waiting} />}
          <Bar bar={bar} rows={barRows} isOver={end !== undefined} />
          {!end && <Facts facts={facts} />}
        </aside>
      </div>
    </Page>
  );
}

/** A dialog that is open over the page of what it removes stays open. */
function Bar({ bar, rows, isOver }: { bar: ReactNode; rows: 1 | 2; isOver: boolean }) {
  const state = useDoor();
  const mayAct = state.is === 'open' && state.login.role !== 'viewer';
  if (bar === undefined || !mayAct) return null;
  return (
    <div hidden={isOver} className={`${css.bar} ${rows === 2 ? css.tall : ''}`}>
      {bar}
    </div>
  );
}

function EventsOf({ query }: { query: Asking['query'] }) {
  return (
    <section className={css.section}>
      <h2>Last events</h2>
      <LastEvents query={query} most={12} />
    </section>
  );
}

/** `shop was removed by anna at 03:42:38`. */
function GoneTitle({ problem: { detail } }: { problem: Problem }) {
  return <Sentence text={detail} links={[]} />;
}

const WORD: Record<Explanation['standing'], string> = {
  fine: 'as wanted',
  warning: 'works, but',
  trouble: 'not as wanted',
  unknown: 'unknown',
};

function wordOf(state: State, standing: Explanation['standing'], code: string | undefined): string {
  if (state === 'away') return 'unreachable';
  if (state === 'working') return 'on its way';
  if (state !== 'waiting' || standing === 'warning') return WORD[standing];
  return code === 'authorization' ? 'waiting for a person' : 'waiting';
}

function Standing({ explanation: { about, standing, pending, since, asOf, cause } }: { explanation: Explanation }) {
  const state = pending ? 'working' : stateOf(standing, cause?.code);
  // Only a deliberate denial is no trouble, and such a membership does not work.
  const isDenied = about.kind === 'membership' && standing === 'warning' && cause?.code === 'authorization';
  return (
    <>
      <StateWord is={state}>{isDenied ? 'denied' : wordOf(state, standing, cause?.code)}</StateWord>
      {since && (
        <span>
          since <Clocked at={since} />, <Age at={since} />
        </span>
      )}
      {asOf && (
        <span>
          last heard <Age at={asOf} ago />
        </span>
      )}
    </>
  );
}

const WAITS = new Set([
  'authorization',
  'authentication',
  'configuration',
  'interface',
  'address',
  'workload',
  'paused',
]);

/** What waits is no failure, although it is not as wanted. */
function stateOf(standing: Explanation['standing'], code: string | undefined): State {
  // A network with a node on such a host is not unreachable itself.
  if (code === 'host-away' && standing === 'unknown') return 'away';
  return standing === 'trouble' && code !== undefined && WAITS.has(code) ? 'waiting' : OF_STANDING[standing];
}

interface CausesProps {
  explanation: Explanation;
  waiting: readonly Shape<'Membership'>[];
}

function Causes({ explanation: { cause, more, standing }, waiting }: CausesProps) {
  if (!cause && more.length === 0) return null;
  const acts = { waiting, several: <DecideButtons about={waiting} /> };
  return (
    <div className={css.fixes}>
      {cause && <AuthorizeFix cause={cause} state={stateOf(standing, cause.code)} {...acts} isInTitle />}
      {more.map((one) => (
        <AuthorizeFix key={`${one.code} ${one.about}`} cause={one} state={stateOf(one.standing, one.code)} {...acts} />
      ))}
    </div>
  );
}

const WITNESSES = ['controller', 'daemon', 'kernel'] as const;

function Views({ views }: { views: NonNullable<Explanation['views']> }) {
  return (
    <section className={css.section}>
      <h2>
        Three witnesses <small>what each says of it</small>
      </h2>
      <dl className={css.facts}>
        {WITNESSES.map((name) => (
          <div key={name}>
            <dt>
              <Mark is={OF_STANDING[views[name].standing]} /> {name}
            </dt>
            <dd>
              <Prose text={views[name].text} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function StorySection({ story }: Pick<Explanation, 'story'>) {
  if (story.length === 0) return null;
  const lines = story.map(({ at, text }, index) => ({ key: `${at} ${index}`, at, state: 'asked' as const, text }));
  return (
    <section className={css.section}>
      <h2>
        Story <small>how it came to be so</small>
      </h2>
      <Story lines={lines} />
    </section>
  );
}

export type Fact = [name: string, value: ReactNode];

export function Facts({ facts }: { facts: readonly Fact[] }) {
  if (facts.length === 0) return null;
  return (
    <dl className={css.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
