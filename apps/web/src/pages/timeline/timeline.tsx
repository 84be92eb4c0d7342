import { useState } from 'react';
import type { Asking, Shape } from '../../api/client.js';
import { Age, Clocked } from '../../parts/age.js';
import { Button } from '../../parts/button.js';
import { StateWord } from '../../parts/mark.js';
import { Nothing } from '../../parts/notice.js';
import { Story } from '../../parts/story.js';
import { lineOf } from '../events/last-events.js';
import { isDull } from '../events/narrate.js';
import { useNames } from '../events/use-names.js';
import { JumpForm } from './jump-form.js';
import { thenOf, type PastFact, type Rewind } from './past.js';
import { scaleOf } from './scale.js';
import { Scrub } from './scrub.js';
import { useDeciding, useHistory, type History } from './use-history.js';
import { useMoment } from './use-moment.js';
import body from '../page-body.module.css';
import css from './timeline.module.css';

type Event = Shape<'CloudEvent'>;

const LINES = 12;

interface TimelineProps {
  query: Asking['query'];
  /** Those who say what was so. */
  rewind: Rewind;
}

/** What happened to a thing, to scale; any moment of it can be looked at again, as far back as events are kept. */
export function Timeline({ query, rewind }: TimelineProps) {
  const [at, goTo] = useMoment();
  const [around, setAround] = useState(() => (at === undefined ? undefined : new Date(at).toISOString()));
  const history = useHistory(query, around);
  if (!history) return null;
  const jump = (time: number | undefined) => {
    setAround(time === undefined ? undefined : new Date(time).toISOString());
    goTo(time);
  };
  const { span, isFromStart, reachesNow } = history;
  // From the newest events on, a step back looks at those around the first of them.
  const earlier =
    history.earlier ?? (around === undefined && !isFromStart && span ? () => setAround(span.from) : undefined);
  const later = reachesNow || !span ? undefined : () => setAround(span.to);
  return (
    <section className={body.section}>
      <h2>
        Timeline <small>{span && 'drag to see what was so'}</small>
      </h2>
      {span ? (
        <>
          <Rewindable {...{ history, query, rewind, at, earlier }} goTo={(time) => (time ? goTo(time) : jump(time))} />
          <div className={css.ways}>
            {earlier && (
              <Button small onClick={earlier}>
                Earlier events
              </Button>
            )}
            {later && (
              <Button small onClick={later}>
                Later events
              </Button>
            )}
            <JumpForm at={at} onJump={jump} />
          </div>
        </>
      ) : (
        <Nothing>Nothing was recorded yet</Nothing>
      )}
    </section>
  );
}

interface RewindableProps extends TimelineProps {
  history: History;
  /** Undefined: the present. */
  at: number | undefined;
  goTo: (at: number | undefined) => void;
  earlier: (() => void) | undefined;
}

function Rewindable({ history, query, rewind, at, goTo, earlier }: RewindableProps) {
  const { events, now, reachesNow } = history;
  const names = useNames(events);
  const lines = events
    .filter((event) => !isDull(event))
    .map((event) => ({ ...lineOf(event, names), time: Date.parse(event.time) }));
  const times = lines.map(({ time }) => time);
  const last = times.at(-1) ?? now;
  const scale = scaleOf([...times, reachesNow ? Math.max(now, last) : last]);
  const shown = at === undefined ? lines : lines.filter(({ time }) => time <= at);
  return (
    <>
      {lines.length > 0 && <Scrub {...{ lines, scale, now, reachesNow, at, goTo, earlier }} />}
      {at !== undefined && <Then {...{ history, query, rewind, at }} onEnd={() => goTo(undefined)} />}
      <Story lines={shown.slice(-LINES).toReversed()} />
    </>
  );
}

interface ThenProps extends TimelineProps {
  history: History;
  at: number;
  onEnd: () => void;
}

/** What was so at a moment, even if the event that made it so is older than those on the scale. */
function Then({ history: { events, isFromStart, before }, query, rewind, at, onEnd }: ThenProps) {
  const until = (all: readonly Event[]) => all.filter(({ time }) => Date.parse(time) <= at);
  const past = until(events);
  const deciding = useDeciding(query, rewind, thenOf(rewind, past), before);
  const facts = thenOf(rewind, [...until(deciding.events).toSorted(byTime), ...past]);
  const [first] = events;
  const isUnknown = isFromStart && past.length === 0;
  return (
    <>
      <p className={css.then} role="status">
        <span>
          You are looking at{' '}
          <b>
            <Clocked at={new Date(at).toISOString()} />
          </b>
          .{' '}
          {isUnknown && first ? (
            <>
              Nothing is known before <Clocked at={first.time} />: no older event is kept.
            </>
          ) : (
            'Acts work on the present.'
          )}
        </span>
        <Button small onClick={onEnd}>
          Back to now
        </Button>
      </p>
      {!isUnknown && deciding.isKnown && (
        <div role="group" aria-label="What was so">
          <Past facts={facts} />
        </div>
      )}
    </>
  );
}

const byTime = (one: Event, other: Event) => Date.parse(one.time) - Date.parse(other.time);

function Past({ facts }: { facts: readonly PastFact[] }) {
  return (
    <dl className={css.past}>
      {facts.map(({ name, text, state, since }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <StateWord is={state}>{text}</StateWord>
            {since !== undefined && (
              <small>
                said <Age at={since} ago />
              </small>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
