import { pause } from '@orrery/shared/runtime';
import { byHand } from './by-hand.js';
import { engineAlone } from './engine-alone.js';
import type { LaunchLab } from './launch-lab.js';
import { orreryLaunch } from './orrery-launch.js';
import { END, WAYS, type Failure, type Points, type Sample, type Way } from './ways.js';

const MEASURE: Record<Way, (lab: LaunchLab) => Promise<Points>> = {
  engine: engineAlone,
  'by-hand': byHand,
  warm: (lab) => orreryLaunch(lab, 'warm'),
  cold: (lab) => orreryLaunch(lab, 'cold'),
};

/**
 * zerotier-one 1.14.1 accepts one unknown identity per 2 s and /24; an earlier one is dropped and returns 5 s later.
 * All of these are on one Docker network, so each would wait for the previous one.
 */
const BETWEEN_STRANGERS_MS = 2_500;

export interface Measured {
  samples: Sample[];
  failures: Failure[];
}

/**
 * Runs each way once per round, in random order, so that changes on the machine affect all of them. A warm-up round is
 * not counted, because programs and images are still read from disk. Ends early when the signal aborts.
 */
export async function runRounds(
  lab: LaunchLab,
  rounds: number,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Measured> {
  const measured: Measured = { samples: [], failures: [] };
  for (let round = 0; round <= rounds; round++)
    for (const way of shuffled(WAYS)) {
      if (signal.aborted) return measured;
      try {
        await lab.calm(signal);
        await pause(BETWEEN_STRANGERS_MS, signal);
        signal.throwIfAborted();
        const points = await MEASURE[way](lab);
        say(`${round === 0 ? 'not counted' : `round ${round}`}  ${way}  ${Math.round(points[END[way]] ?? NaN)} ms`);
        if (round > 0) measured.samples.push({ way, round, points });
      } catch (error) {
        if (signal.aborted) return measured;
        const cause = String(error);
        say(`round ${round}  ${way}  failed: ${cause}`);
        measured.failures.push({ way, round, cause });
      }
    }
  return measured;
}

function shuffled<T>(values: readonly T[]): T[] {
  const drawn = values.map((value): [number, T] => [Math.random(), value]);
  return drawn.sort(([one], [other]) => one - other).map(([, value]) => value);
}
