import type { AboutMachine } from '../about-machine.js';
import { spreadOf, type Spread } from '../statistics.js';
import type { Measured } from './rounds.js';
import { END, WAYS, type Points, type Sample, type Way } from './ways.js';

export interface PointReport {
  name: string;
  /** Since the start of the way. */
  at: Spread;
}

export interface RatioReport {
  name: string;
  /** Ratios of two figures of the same round. */
  ratio: Spread;
  goal?: { atMost?: number; atLeast?: number };
}

export interface LaunchReport {
  bench: 'launch';
  at: string;
  machine: AboutMachine;
  rounds: number;
  /** In milliseconds; a way without measurements is absent. */
  ways: { way: Way; total: Spread; points: PointReport[] }[];
  /** Create + start + the daemon's own time. */
  bare: Spread | undefined;
  ratios: RatioReport[];
  failures: Measured['failures'];
  samples: Sample[];
}

/** The results as figures that can be compared. */
export function launchReport({ samples, failures }: Measured, machine: AboutMachine, at: Date): LaunchReport {
  const ways = WAYS.flatMap((way) => {
    const points = samples.filter((sample) => sample.way === way).map((sample) => sample.points);
    const total = spreadOf(points.map((one) => one[END[way]] ?? NaN));
    return total ? [{ way, total, points: pointsReport(points) }] : [];
  });
  return {
    bench: 'launch',
    at: at.toISOString(),
    machine,
    rounds: new Set(samples.map(({ round }) => round)).size,
    ways,
    bare: spreadOf(samples.filter(({ way }) => way === 'engine').map(({ points }) => bareTime(points))),
    ratios: [...ratiosOf(samples), ...secondLaunch(samples)],
    failures,
    samples,
  };
}

/** In their usual order. */
function pointsReport(all: Points[]): PointReport[] {
  const names = new Set(all.flatMap((points) => Object.keys(points)));
  return [...names]
    .flatMap((name) => {
      const at = spreadOf(all.flatMap((points) => points[name] ?? []));
      return at ? [{ name, at }] : [];
    })
    .sort((one, other) => one.at.median - other.at.median);
}

/** Without the upload, which only Orrery does. */
export function bareTime(points: Points): number {
  const { created = NaN, 'files uploaded': uploaded = NaN, 'address in the kernel': address = NaN } = points;
  return created + (address - uploaded);
}

const told = (points: Points) => (points['command done in Postgres'] ?? NaN) - (points['command committed'] ?? NaN);
const total = (way: Way) => (points: Points) => points[END[way]] ?? NaN;

/** A way, and one of its times. */
type Figure = [Way, (points: Points) => number];
type Asked = [name: string, above: Figure, below: Figure, goal?: RatioReport['goal']];

const RATIOS: Asked[] = [
  ['warm / (create + start + daemon)', ['warm', total('warm')], ['engine', bareTime], { atMost: 1.25 }],
  ['warm from commit to done / (create + start + daemon)', ['warm', told], ['engine', bareTime], { atMost: 1.25 }],
  ['by hand / warm', ['by-hand', total('by-hand')], ['warm', total('warm')], { atLeast: 4 }],
  ['cold / warm', ['cold', total('cold')], ['warm', total('warm')]],
];

function ratiosOf(samples: Sample[]): RatioReport[] {
  return RATIOS.flatMap(([name, above, below, goal]) => {
    const ratio = spreadOf(pairs(samples, above, below));
    return ratio ? [{ name, ratio, ...(goal ? { goal } : {}) }] : [];
  });
}

/** The first launch after the warm-up: somebody who tries Orrery out does not experience the median of many. */
function secondLaunch(samples: Sample[]): RatioReport[] {
  const times = samples.filter(({ way }) => way === 'warm').map(({ round, points }) => ({ round, ms: told(points) }));
  const second = times.find(({ round }) => round === 1);
  const all = spreadOf(times.map(({ ms }) => ms));
  const ratio = second && all && spreadOf([second.ms / all.median]);
  return ratio ? [{ name: 'the second warm launch / the median of all', ratio, goal: { atMost: 1.25 } }] : [];
}

/** The ratios of all rounds that have both figures. */
function pairs(samples: Sample[], [above, valueAbove]: Figure, [below, valueBelow]: Figure): number[] {
  const rounds = [...new Set(samples.map(({ round }) => round))];
  const pointsOf = (way: Way, round: number) => samples.find((one) => one.way === way && one.round === round)?.points;
  return rounds.flatMap((round) => {
    const [one, other] = [pointsOf(above, round), pointsOf(below, round)];
    return one && other ? [valueAbove(one) / valueBelow(other)] : [];
  });
}
