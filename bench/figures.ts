import type { AboutMachine } from './about-machine.js';
import { spreadOf, type Spread } from './statistics.js';

/** The samples with one name, in milliseconds, and their goals. */
export interface Figure {
  name: string;
  samples: number[];
  goals?: Goals;
}

/** Upper limits for the median of the samples, and for each of them. */
export interface Goals {
  median?: number;
  most?: number;
}

export interface FiguresReport {
  bench: string;
  at: string;
  machine: AboutMachine;
  figures: (Figure & { spread: Spread | undefined })[];
  failures: string[];
}

/** Samples by name, in the order in which the names first appeared, and failures. */
export class Figures {
  readonly #figures = new Map<string, Figure>();
  readonly failures: string[] = [];

  add(name: string, ms: number, goals?: Goals): void {
    const figure = this.#figures.get(name) ?? { name, samples: [], ...(goals ? { goals } : {}) };
    figure.samples.push(ms);
    this.#figures.set(name, figure);
  }

  report(bench: string, machine: AboutMachine, at: Date): FiguresReport {
    const figures = [...this.#figures.values()].map((figure) => ({ ...figure, spread: spreadOf(figure.samples) }));
    return { bench, at: at.toISOString(), machine, figures, failures: this.failures };
  }
}

/** Formats each figure for people: the median, with the quartiles and the maximum in brackets. */
export function figuresText({ bench, at, machine, figures, failures }: FiguresReport): string {
  const { zerotier, processor, processors, memoryGb, system, load, versions } = machine;
  const what = zerotier.isStandIn ? `STAND-IN (${zerotier.image}): its times are a model` : `image ${zerotier.image}`;
  return [
    `${bench}, ${at}`,
    `zerotier-one: ${what}`,
    `machine: ${processors} × ${processor}, ${memoryGb} GB, ${system}, load before ${load.toFixed(1)}`,
    `versions: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    '',
    ...figures.map(figureLine),
    ...failures.map((failure) => `FAILED: ${failure}`),
  ].join('\n');
}

function figureLine({ name, spread, goals = {} }: FiguresReport['figures'][number]): string {
  if (!spread) return name;
  const { count, lower, median, upper, most } = spread;
  const figure = `${name.padEnd(62)} ${seconds(median)} s (${seconds(lower)} to ${seconds(upper)}, most ${seconds(most)}; ${count})`;
  const verdict = (what: string, is: number, goal: number | undefined) =>
    goal === undefined ? '' : `  goal ${what}at most ${seconds(goal)} s: ${is <= goal ? 'met' : 'NOT MET'}`;
  return figure + verdict('', median, goals.median) + verdict('for all ', most, goals.most);
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2);
