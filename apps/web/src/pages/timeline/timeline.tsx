import { useState, type KeyboardEvent } from 'react';
import type { Asking, Shape } from '../../api/client.js';
import { useRead } from '../../api/use-read.js';
import { Age } from '../../parts/age.js';
import { Button } from '../../parts/button.js';
import { StateWord } from '../../parts/mark.js';
import { Nothing } from '../../parts/notice.js';
import { Story } from '../../parts/story.js';
import { clockWord } from '../../parts/words.js';
import { DULL, lineOf } from '../events/last-events.js';
import { useNetworkNames } from '../events/use-network-names.js';
import type { PastFact, Rewind } from './past.js';
import { scaleOf, withRoom, type Scale } from './scale.js';
import body from '../page-body.module.css';
import css from './timeline.module.css';

type Event = Shape<'CloudEvent'>;

const MOST = 60;
const LINES = 12;
const STEPS = 10_000;
const LABEL_WIDTH = 0.13;

interface TimelineProps {
  query: Asking['query'];
  /** What was so after some of its events. */
  rewind: Rewind;
}

/** What happened to a thing, to scale; any moment of it can be looked at again. */
export function Timeline({ query, rewind }: TimelineProps) {
  const { data, dataUpdatedAt } = useRead('/v1/events', { query: { ...query, limit: MOST } });
  const [at, goTo] = useState<number>();
  if (!data) return null;
  // Listed by when they were committed; what a host reports late happened before.
  const events = data.items
    .filter(({ type }) => !DULL.has(type))
    .toSorted((one, other) => Date.parse(one.time) - Date.parse(other.time));
  return (
    <section className={body.section}>
      <h2>
        Timeline <small>{events.length > 0 && 'drag to see what was so'}</small>
      </h2>
      {events.length === 0 ? (
        <Nothing>Nothing was recorded yet</Nothing>
      ) : (
        <Rewindable events={events} now={dataUpdatedAt} at={at} goTo={goTo} rewind={rewind} />
      )}
    </section>
  );
}

interface RewindableProps {
  events: readonly Event[];
  now: number;
  /** Undefined: the present. */
  at: number | undefined;
  goTo: (at: number | undefined) => void;
  rewind: Rewind;
}

function Rewindable({ events, now, at, goTo, rewind }: RewindableProps) {
  const names = useNetworkNames();
  const lines = events.map((event) => ({ ...lineOf(event, names), time: Date.parse(event.time) }));
  const times = lines.map(({ time }) => time);
  const scale = scaleOf([...times, Math.max(now, times.at(-1) ?? now)]);
  const past = at === undefined ? events : events.filter(({ time }) => Date.parse(time) <= at);
  const shown = lines.slice(0, past.length).slice(-LINES).toReversed();
  return (
    <>
      <Scrub lines={lines} scale={scale} now={now} at={at} goTo={goTo} />
      {at !== undefined && (
        <>
          <p className={css.then} role="status">
            <span>
              You are looking at <b>{clockWord(new Date(at).toISOString(), now)}</b>. Acts work on the present.
            </span>
            <Button small onClick={() => goTo(undefined)}>
              Back to now
            </Button>
          </p>
          <div role="group" aria-label="What was so">
            <Past facts={rewind(past)} />
          </div>
        </>
      )}
      <Story lines={shown} />
    </>
  );
}

interface ScrubProps extends Pick<RewindableProps, 'now' | 'at' | 'goTo'> {
  lines: readonly { key: string; at: string; time: number; state: string }[];
  scale: Scale;
}

function Scrub({ lines, scale, now, at, goTo }: ScrubProps) {
  const times = lines.map(({ time }) => time);
  const place = at === undefined ? 1 : scale.placeOf(at);
  const go = (time: number | undefined) => goTo(time === undefined || time >= now ? undefined : time);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') go(times.findLast((time) => time < (at ?? now)));
    else if (event.key === 'ArrowRight') go(at === undefined ? undefined : times.find((time) => time > at));
    else return;
    event.preventDefault();
  };
  const isNow = at === undefined;
  return (
    <div className={css.scrub}>
      <Band lines={lines} scale={scale} />
      <input
        type="range"
        aria-label="Moment"
        aria-valuetext={isNow ? 'now' : clockWord(new Date(at).toISOString(), now)}
        min={0}
        max={STEPS}
        value={Math.round(place * STEPS)}
        onChange={({ target }) =>
          go(Number(target.value) >= STEPS ? undefined : scale.timeAt(Number(target.value) / STEPS))
        }
        onKeyDown={onKeyDown}
      />
      <Labels lines={lines} scale={scale} now={now} />
    </div>
  );
}

/** How it stood between one event and the next, in the colours of what those said. */
function Band({ lines, scale }: Pick<ScrubProps, 'lines' | 'scale'>) {
  return (
    <div className={css.band} aria-hidden="true">
      {lines.map(({ key, time, state }, index) => {
        const from = scale.placeOf(time);
        const to = index + 1 < lines.length ? scale.placeOf(lines[index + 1]?.time ?? time) : 1;
        return (
          <i
            key={key}
            className={css[state]}
            style={{ left: `${from * 100}%`, width: `${Math.max(0, to - from) * 100}%` }}
          />
        );
      })}
    </div>
  );
}

function Labels({ lines, scale, now }: Pick<ScrubProps, 'lines' | 'scale' | 'now'>) {
  const places = lines.map(({ time }) => scale.placeOf(time));
  const labelled = withRoom([...places, 1], LABEL_WIDTH);
  return (
    <div className={css.labels} aria-hidden="true">
      {lines.map(({ key, at }, index) => {
        const place = places[index] ?? 0;
        // The label of the first of several events at one place.
        if (place >= 1 || !labelled.has(place) || places.indexOf(place) !== index) return null;
        return (
          <span key={key} className={css.label} style={{ left: `${place * 100}%` }}>
            {clockWord(at, now)}
          </span>
        );
      })}
      <span className={css.now}>now</span>
    </div>
  );
}

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
