import { percentile } from '../raw-http.js';

export interface Compared {
  calm: number[];
  attacked: number[];
}

export interface Comparison {
  rounds: number;
  samples: number;
  /** An honest client's request, with its answer. */
  ask: () => Promise<unknown>;
  /** Starts the attack and resolves when it is under way; its result ends it. */
  attack: () => Promise<() => void | Promise<void>>;
}

/**
 * The same honest client, alternately undisturbed and under attack, in one run, so that other load on a shared machine
 * affects both.
 */
export async function compare({ rounds, samples, ask, attack }: Comparison): Promise<Compared[]> {
  const measure = async () => {
    const measured: number[] = [];
    while (measured.length < samples) {
      const from = performance.now();
      await ask();
      measured.push(performance.now() - from);
    }
    return measured;
  };
  await measure();
  const compared: Compared[] = [];
  for (let round = 0; round < rounds; round++) {
    const calm = await measure();
    const end = await attack();
    try {
      compared.push({ calm, attacked: await measure() });
    } finally {
      await end();
    }
  }
  return compared;
}

/** How much slower the median round is at this percentile. Below `noiseMs` no client suffers. */
export function slowdown(rounds: readonly Compared[], p: number, noiseMs: number): number {
  const ratios = rounds.map(({ calm, attacked }) => {
    const slow = percentile(attacked, p);
    return slow < noiseMs ? 1 : slow / percentile(calm, p);
  });
  return percentile(ratios, 50);
}

/** For readers of a run's log. */
export function tell(what: string, rounds: readonly Compared[]): void {
  const of = (kind: keyof Compared, p: number) =>
    percentile(
      rounds.flatMap((round) => round[kind]),
      p,
    ).toFixed(1);
  const numbers = [50, 99].map((p) => `p${p} ${of('calm', p)} ms calm, ${of('attacked', p)} ms attacked`);
  process.stderr.write(`${what}: ${numbers.join('; ')}\n`);
}
