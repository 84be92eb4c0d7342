import { percentile } from '../raw-http.js';

export interface Compared {
  calm: number[];
  attacked: number[];
}

export interface Comparison {
  rounds: number;
  samples: number;
  /** What an honest client does, and waits for. */
  ask: () => Promise<unknown>;
  /** Begins the attack and resolves when it is under way; its result ends it. */
  attack: () => Promise<() => void | Promise<void>>;
}

/** The same honest client, in turn in peace and under attack, in one run: what else a shared machine does hits both. */
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

/** How much slower the middle round is at this percentile. Below `noiseMs` nobody suffers. */
export function slowdown(rounds: readonly Compared[], p: number, noiseMs: number): number {
  const ratios = rounds.map(({ calm, attacked }) => {
    const slow = percentile(attacked, p);
    return slow < noiseMs ? 1 : slow / percentile(calm, p);
  });
  return percentile(ratios, 50);
}

/** For whoever reads the log of a run. */
export function tell(what: string, rounds: readonly Compared[]): void {
  const of = (kind: keyof Compared, p: number) =>
    percentile(
      rounds.flatMap((round) => round[kind]),
      p,
    ).toFixed(1);
  const numbers = [50, 99].map((p) => `p${p} ${of('calm', p)} ms calm, ${of('attacked', p)} ms attacked`);
  process.stderr.write(`${what}: ${numbers.join('; ')}\n`);
}
