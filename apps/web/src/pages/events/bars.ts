import type { Shape } from '../../api/client.js';

type Histogram = Shape<'EventHistogram'>;

export interface Bar {
  /** Start and end of the time that it stands for. */
  from: string;
  to: string;
  error: number;
  warning: number;
  info: number;
  /** How high it is, of 1: the highest. */
  height: number;
}

/** Bars of a histogram by severity; a single event is seen beside a thousand, because heights are square roots. Pure. */
export function barsOf({ buckets, to }: Histogram): Bar[] {
  const totals = buckets.map(({ counts }) =>
    Object.values(counts as Record<string, number>).reduce((a, b) => a + b, 0),
  );
  const most = Math.max(1, ...totals);
  return buckets.map(({ at, counts }, index) => {
    const { error = 0, warning = 0, info = 0 } = counts as Record<string, number>;
    return {
      ...{ from: at, to: buckets[index + 1]?.at ?? to, error, warning, info },
      height: Math.sqrt((totals[index] ?? 0) / most),
    };
  });
}

/** `12 events, 2 of them errors`. */
export function sayBar({ error, warning, info }: Pick<Bar, 'error' | 'warning' | 'info'>): string {
  const all = error + warning + info;
  if (all === 0) return 'no events';
  const events = `${all.toLocaleString('en-US')} ${all === 1 ? 'event' : 'events'}`;
  const worse = [
    error > 0 && `${error.toLocaleString('en-US')} ${error === 1 ? 'error' : 'errors'}`,
    warning > 0 && `${warning.toLocaleString('en-US')} ${warning === 1 ? 'warning' : 'warnings'}`,
  ].filter(Boolean);
  return worse.length === 0 ? events : `${events}, ${worse.join(' and ')} among them`;
}

/** How many there were in an hour of bars: `4 a minute`, and of fewer than one a minute how many in all. */
export function sayRate(bars: readonly Pick<Bar, 'error' | 'warning' | 'info'>[]): string {
  const all = bars.reduce((sum, { error, warning, info }) => sum + error + warning + info, 0);
  if (all < 60) return `${all === 0 ? 'none' : all} in the last hour`;
  return `${Math.round(all / 60).toLocaleString('en-US')} a minute`;
}

const HOUR_MS = 3_600_000;

/** What is counted unless somebody chooses: a day of which all happened in its last hour would be a single bar. Pure. */
export const periodOf = (oldest: string | undefined, now: number): '1h' | '24h' =>
  oldest !== undefined && now - Date.parse(oldest) < HOUR_MS ? '1h' : '24h';
