import type { Failure, StepEnd } from './run-story.js';

/** Prints the progress of the demo. */
export interface Teller {
  begins(image: string, isStandIn: boolean): void;
  ended(end: StepEnd): void;
  /** The demo could not even start. */
  failed(failure: Failure): void;
  over(ms: number, steps: number): void;
}

type Write = (line: string) => void;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** For people: a line for each step, with its time at its end. */
export function textTeller(write: Write, width: number): Teller {
  const told = (failure: Failure) => {
    write(`  cause  ${failure.cause}`);
    write(`  fix    ${failure.fix}`);
  };
  return {
    begins(image, isStandIn) {
      write(
        `zerotier-one: ${image}, ${isStandIn ? 'a stand-in that behaves like it, not the real one' : 'the real one'}`,
      );
    },
    ended({ step, ms, told: result, failure }) {
      const line = `${failure ? '✗' : '✓'} ${step.title.padEnd(width)}  ${seconds(ms).padStart(6)}  ${result?.detail ?? ''}`;
      write(line.trimEnd());
      for (const more of result?.lines ?? []) write(`    ${more}`);
      if (failure) told(failure);
    },
    failed(failure) {
      write('✗ the demo could not start');
      told(failure);
    },
    over(ms, steps) {
      write(`✓ all ${steps} steps passed in ${seconds(ms)}. Look around: docker compose exec api orrery status`);
    },
  };
}

/** For programs: a JSON object a line. */
export function jsonTeller(write: Write): Teller {
  const tell = (line: object) => write(JSON.stringify(line));
  return {
    begins: (image, isStandIn) => tell({ zerotier: { image, standIn: isStandIn } }),
    ended: ({ step, ms, told, failure }) =>
      tell({ step: step.name, title: step.title, ok: !failure, ms: Math.round(ms), ...told, ...failure }),
    failed: (failure) => tell({ ok: false, ...failure }),
    over: (ms, steps) => tell({ ok: true, steps, ms: Math.round(ms) }),
  };
}
