import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ContainerLimits, ContainerState, ItemId, Name, NodeId, RouterWay } from '@orrery/shared/contracts';
import { writeFileDurably } from '@orrery/shared/runtime';
import { z } from 'zod';
import type { KeptController } from './kept-controller.js';

const Files = z.record(z.string(), z.string());

/** A simulated zerotier-one: its identity, its networks.d, and its controller.d if it has networks. */
const SimulatedDaemon = z.object({
  ...{ identityPublic: z.string(), token: z.string(), files: Files },
  controller: z.custom<KeptController>().optional(),
});
export type SimulatedDaemon = z.infer<typeof SimulatedDaemon>;

export const SimulatedContainer = z.object({
  ...{ item: ItemId, node: NodeId, name: Name, engineId: z.string() },
  ...{ image: z.string(), limits: ContainerLimits, incarnation: z.int() },
  state: ContainerState,
  startedAt: z.iso.datetime().nullable(),
  exitCode: z.int().nullable(),
  /** Created as a router: what it lets through while it runs. */
  router: z.array(RouterWay).optional(),
  daemon: SimulatedDaemon,
});
export type SimulatedContainer = z.infer<typeof SimulatedContainer>;

/** Everything that a simulated host keeps across a restart of its agent: its "engine", its "disk" and the networks' controllers. */
export const SimulatedState = z.object({
  images: z.array(z.string()),
  host: SimulatedDaemon,
  containers: z.array(SimulatedContainer),
  controllers: z.record(z.string(), z.unknown()),
  /** Nodes of other simulated hosts that controllers of this one have heard from → their hosts. */
  membersElsewhere: z.record(z.string(), z.string()).default({}),
});
export type SimulatedState = z.infer<typeof SimulatedState>;

const fileOf = (home: string) => join(home, 'simulated.json');

export async function readSimulatedState(home: string): Promise<SimulatedState | undefined> {
  const text = await readFile(fileOf(home), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : SimulatedState.parse(JSON.parse(text));
}

/** Writes the state when it has changed; writes never overlap. */
export class SimulatedStateFile {
  #written = '';
  #tail: Promise<void> = Promise.resolve();

  constructor(private readonly home: string) {}

  save(state: SimulatedState): Promise<void> {
    const text = JSON.stringify(state);
    const turn = this.#tail.then(async () => {
      if (text === this.#written) return;
      await writeFileDurably(fileOf(this.home), text);
      this.#written = text;
    });
    this.#tail = turn.catch(() => undefined);
    return turn;
  }
}
