import type { KeyboardEvent } from 'react';
import { clockWord } from '../../parts/words.js';
import { withRoom, type Scale } from './scale.js';
import css from './timeline.module.css';

const STEPS = 10_000;
const LABEL_WIDTH = 0.13;

interface ScrubProps {
  lines: readonly { key: string; at: string; time: number; state: string }[];
  scale: Scale;
  now: number;
  /** Whether the scale ends with the present. */
  reachesNow: boolean;
  /** Undefined: the present. */
  at: number | undefined;
  goTo: (at: number | undefined) => void;
  /** Asks for events before the first one. */
  earlier: (() => void) | undefined;
}

/** The events to scale, and the moment among them that is looked at. */
export function Scrub({ lines, scale, now, reachesNow, at, goTo, earlier }: ScrubProps) {
  const times = lines.map(({ time }) => time);
  const place = at === undefined ? 1 : scale.placeOf(at);
  const go = (time: number | undefined) => {
    if (time !== undefined) goTo(time >= now ? undefined : time);
    else if (reachesNow) goTo(undefined);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') {
      const time = times.findLast((one) => one < (at ?? now));
      if (time === undefined) earlier?.();
      else go(time);
    } else if (event.key === 'ArrowRight') go(at === undefined ? undefined : times.find((time) => time > at));
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
          go(Number(target.value) >= STEPS && reachesNow ? undefined : scale.timeAt(Number(target.value) / STEPS))
        }
        onKeyDown={onKeyDown}
      />
      <Labels lines={lines} scale={scale} now={now} reachesNow={reachesNow} />
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

function Labels({ lines, scale, now, reachesNow }: Pick<ScrubProps, 'lines' | 'scale' | 'now' | 'reachesNow'>) {
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
      <span className={css.now}>{reachesNow ? 'now' : clockWord(lines.at(-1)?.at ?? '', now)}</span>
    </div>
  );
}
