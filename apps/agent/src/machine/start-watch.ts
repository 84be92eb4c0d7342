import { explain, type NetworkId } from '@orrery/shared/contracts';
import { pause } from '@orrery/shared/runtime';
import { StepError } from '@orrery/shared/machine';
import type { InspectedContainer } from '../docker/inspected.js';
import type { NodeDoor } from '../zerotier/node-door.js';

/** A failed start shows within this time. A start that takes longer is not a failure; the regular observations follow it from there. */
const WATCH_MS = 6_000;
const EVERY_MS = 100;
/** The daemon writes the line about a missing device within a second of its start. */
const SUSPICIOUS_MS = 1_000;

export interface StartedContainer {
  door: NodeDoor;
  /** Networks in its networks.d. */
  networks: NetworkId[];
  inspect(signal: AbortSignal): Promise<InspectedContainer | undefined>;
  whyEnded(ended: InspectedContainer, signal: AbortSignal): Promise<StepError>;
}

/**
 * Watches a container that has just been started until its daemon shows all its networks. Throws the reason if the container ends or
 * keeps running without a device. Returns the daemon's version once it answers.
 */
export async function watchStart(container: StartedContainer, signal: AbortSignal): Promise<string | undefined> {
  const first = await container.inspect(signal);
  const begun = performance.now();
  let version: string | undefined;
  while (performance.now() - begun < WATCH_MS) {
    signal.throwIfAborted();
    const now = await container.inspect(signal);
    if (now?.State.Status !== 'running' || now.State.StartedAt !== first?.State.StartedAt)
      throw now ? await container.whyEnded(now, signal) : gone();
    const seen = await look(container.door, signal);
    version ??= seen?.version;
    if (seen && container.networks.every((network) => seen.networks.includes(network))) return version;
    if (performance.now() - begun > SUSPICIOUS_MS) {
      const found = await container.door.diagnose(signal).catch(() => undefined);
      if (found) throw new StepError(found);
    }
    await pause(EVERY_MS, signal);
  }
  return version;
}

async function look(door: NodeDoor, signal: AbortSignal) {
  try {
    const [{ version }, networks] = await Promise.all([door.api.status(signal), door.api.networks(signal)]);
    return { version, networks: networks.map(({ nwid }) => nwid) };
  } catch {
    return undefined;
  }
}

const gone = () => new StepError({ ...explain('container-died/removed'), transient: true });
