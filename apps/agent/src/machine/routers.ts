import type { RouterWay } from '@orrery/shared/contracts';
import type { Executors, RouterGround } from '@orrery/shared/machine';
import type { InspectedContainer } from '../docker/inspected.js';
import type { RunningContainer } from '../kernel/router-tables.js';
import { findContainer, type RealMachineParts } from './real-machine-parts.js';

/** How long is believed what was seen: what is wrong may be put right at any time, but without a router only a dry run asks. */
const FIT_MS = 60_000;
const UNFIT_MS = 5_000;
const UNNEEDED_MS = 600_000;
const LOOK_MS = 4_000;

export const processOf = ({ Id, State }: InspectedContainer): RunningContainer => ({
  ...{ engineId: Id, pid: State.Pid, startedAt: State.StartedAt },
});

export const routerSteps = (parts: RealMachineParts): Pick<Executors, 'configure-router'> => ({
  'configure-router': async ({ node, ways }, { signal }) => {
    const inspect = await findContainer(parts, node, signal);
    if (inspect?.State.Status === 'running') await letThrough(parts, inspect, ways, signal);
  },
});

/**
 * Writes what a router that runs lets through. One that forwards without any table would let through everything, so it is stopped if there
 * is none and none can be written; nothing but the agent starts it again.
 */
export async function letThrough(
  { tables, engine, logger }: Pick<RealMachineParts, 'tables' | 'engine' | 'logger'>,
  inspect: InspectedContainer | undefined,
  ways: readonly RouterWay[],
  signal: AbortSignal,
): Promise<void> {
  if (!inspect) return;
  const running = processOf(inspect);
  try {
    await tables.write(running, ways, signal);
  } catch (error) {
    const now = await engine.containers.inspect(inspect.Id);
    // Why it ended is for others to say.
    if (now?.State.Status !== 'running' || now.State.StartedAt !== inspect.State.StartedAt) return;
    const isClosed = ways.length > 0 && (await tables.has(running)) === true;
    if (!isClosed) {
      logger.warn({ event: 'router.stopped', err: error }, 'stopping a router whose rules cannot be written');
      await engine.containers.kill(inspect.Id, { doing: `stopping ${inspect.Name.slice(1)}` });
    }
    throw error;
  }
}

/** What routers need of this machine. Never throws: what cannot be seen speaks against nothing. */
export class RouterGrounds {
  #held: { at: number; goodFor: number; seen: Promise<RouterGround> } | undefined;

  constructor(private readonly parts: Pick<RealMachineParts, 'engine' | 'config' | 'tables'>) {}

  /** `isNeeded`: a router is wanted. */
  look({ isNeeded }: { isNeeded: boolean }): Promise<RouterGround> {
    const now = performance.now();
    if (this.#held && now - this.#held.at < (isNeeded ? this.#held.goodFor : UNNEEDED_MS)) return this.#held.seen;
    const held = { at: now, goodFor: UNFIT_MS, seen: this.#look() };
    this.#held = held;
    void held.seen.then(({ trouble, bridge }) => {
      if (!trouble && bridge?.masquerades && !bridge.isInternal) held.goodFor = FIT_MS;
    });
    return held.seen;
  }

  async #look(): Promise<RouterGround> {
    const { engine, config, tables } = this.parts;
    const name = config.dockerNetwork;
    const [trouble, shown] = await Promise.all([
      tables.trouble(),
      engine.workloadNetwork(name, { ms: LOOK_MS }).catch(() => undefined),
    ]);
    return {
      ...(trouble && { trouble }),
      ...(shown && {
        bridge: { name, subnets: shown.subnets, isInternal: shown.isInternal, masquerades: shown.masquerades },
      }),
    };
  }
}
