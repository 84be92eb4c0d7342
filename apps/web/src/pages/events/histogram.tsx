import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef, useState, type KeyboardEvent } from 'react';
import { read } from '../../api/client.js';
import { clockWord } from '../../parts/words.js';
import { barsOf, sayBar, sayRate, type Bar } from './bars.js';
import css from './histogram.module.css';

/** Counting reads many events, so it follows the stream only from afar. */
const AGAIN_MS = 30_000;
const HIGH = 100;
/** Round times of a day, and each bar wide enough to be hit. */
const barsFor = (width: number) => (width >= 1440 ? 48 : width > 1120 ? 24 : 12);
const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

export type Period = '1h' | '24h' | '7d';

interface HistogramProps {
  period: Period;
  /** A time in the bar that was chosen. */
  chosen: string | undefined;
  onChoose: (bar: Bar | undefined) => void;
}

/** How many events there were, over time. A bar is a button that chooses its time; arrows go from one to the next. */
export function Histogram({ period, chosen, onChoose }: HistogramProps) {
  const [buckets] = useState(() => barsFor(innerWidth));
  const bars = useBars(period, buckets);
  const group = useRef<HTMLDivElement>(null);
  if (!bars) return <div className={css.bars} />;
  const now = Date.now();
  const isChosen = ({ from, to }: Bar) => chosen !== undefined && from <= chosen && chosen < to;
  const found = bars.findIndex(isChosen);
  const active = found < 0 ? bars.length - 1 : found;
  const onKeyDown = ({ key, target }: KeyboardEvent) => {
    const step = STEPS[key];
    const buttons = [...(group.current?.children ?? [])] as HTMLElement[];
    if (step !== undefined) buttons[buttons.indexOf(target as HTMLElement) + step]?.focus();
  };
  return (
    <div className={css.around}>
      <div ref={group} className={css.bars} role="group" aria-label="Events over time" onKeyDown={onKeyDown}>
        {bars.map((bar, index) => (
          <button
            key={bar.from}
            type="button"
            tabIndex={index === active ? 0 : -1}
            aria-pressed={isChosen(bar)}
            aria-label={`${clockWord(bar.from, now)}: ${sayBar(bar)}`}
            title={`${clockWord(bar.from, now)}: ${sayBar(bar)}`}
            onClick={() => onChoose(isChosen(bar) ? undefined : bar)}
          >
            <Column bar={bar} />
          </button>
        ))}
      </div>
      <p className={css.axis} aria-hidden="true">
        <span>{clockWord(bars[0]?.from ?? '', now)}</span>
        <Legend names={['errors', 'warnings', 'other events']} other={css.info} />
        <span>now</span>
      </p>
    </div>
  );
}

/** What the colours of bars mean, from the foot of a bar up. */
function Legend({ names: [errors, warnings, others], other }: { names: [string, string, string]; other?: string }) {
  const parts = [
    { tone: css.error, name: errors },
    { tone: css.warning, name: warnings },
    { tone: other, name: others },
  ];
  return (
    <span className={css.legend}>
      {parts.map(({ tone, name }) => (
        <span key={name}>
          <svg viewBox="0 0 8 8" aria-hidden="true">
            <rect className={tone} width="8" height="8" />
          </svg>
          {name}
        </span>
      ))}
    </span>
  );
}

function useBars(period: Period, buckets: number): Bar[] | undefined {
  const { data } = useQuery({
    queryKey: ['histogram', period, buckets],
    queryFn: ({ signal }) => read('/v1/events/histogram', { query: { from: period, buckets, by: 'severity' } }, signal),
    refetchInterval: AGAIN_MS,
    placeholderData: keepPreviousData,
    select: barsOf,
  });
  return data;
}

/** Errors at the foot, then warnings, then everything else. */
function Column({ bar: { error, warning, info, height } }: { bar: Bar }) {
  const all = error + warning + info;
  if (all === 0) return null;
  const high = Math.max(height * HIGH, 4);
  const parts = [
    { tone: css.error, count: error },
    { tone: css.warning, count: warning },
    { tone: css.info, count: info },
  ];
  const tops = parts.map((_, at) => parts.slice(0, at + 1).reduce((sum, { count }) => sum + (high * count) / all, 0));
  return (
    <svg viewBox={`0 0 10 ${HIGH}`} preserveAspectRatio="none" aria-hidden="true">
      {parts.map(({ tone, count }, at) => {
        const top = tops[at] ?? 0;
        const size = (high * count) / all;
        return count > 0 && <rect key={tone} className={tone} x="1" width="8" y={HIGH - top} height={size} />;
      })}
    </svg>
  );
}

const MINUTES = 60;
const WIDE = 10;

/** The last hour, a bar a minute, and in words how much that is. */
export function LastHour() {
  const bars = useBars('1h', MINUTES);
  if (!bars) return <div className={css.hour} />;
  const now = Date.now();
  return (
    <div className={css.hour} aria-hidden="true">
      <svg viewBox={`0 0 ${bars.length * WIDE} ${HIGH}`} preserveAspectRatio="none">
        {bars.map((bar, at) => {
          const high = bar.height && Math.max(bar.height * HIGH, 8);
          return (
            <rect
              key={bar.from}
              className={bar.error > 0 ? css.error : bar.warning > 0 ? css.warning : css.quiet}
              x={at * WIDE + 1}
              width={WIDE - 2}
              y={HIGH - high}
              height={high}
            />
          );
        })}
      </svg>
      <p className={css.axis}>
        <span>{clockWord(bars[0]?.from ?? '', now).slice(0, 5)}</span>
        <span>{clockWord(bars[bars.length / 2]?.from ?? '', now).slice(0, 5)}</span>
        <span>now</span>
      </p>
      <Legend names={['minutes with errors', 'with warnings', 'others']} other={css.quiet} />
    </div>
  );
}

/** `4 a minute`. */
export function HowMuch() {
  const bars = useBars('1h', MINUTES);
  return bars && <small>{sayRate(bars)}</small>;
}
