import { createInterface } from 'node:readline';
import type { HostId } from '@orrery/shared/contracts';
import { backoffMs, pause, type Logger } from '@orrery/shared/runtime';
import { z } from 'zod';
import { timeoutSignal } from '@orrery/shared/timeouts';
import type { EngineConnection } from './engine-connection.js';
import { LABEL } from './labels.js';

/** Not the `exec_*` events: looking into a container causes those, and each would trigger another look. */
const ACTIONS = ['create', 'start', 'die', 'oom', 'pause', 'unpause', 'destroy', 'rename', 'update'];
/** A container comes to a network or leaves it. */
const NETWORK_ACTIONS = ['connect', 'disconnect'];
/** A stream can be dead without ending, if the engine was killed and restarted. So it is renewed this often. */
const RENEW_MS = 120_000;
const PAUSES = { firstMs: 250, maxMs: 10_000 };

/** What an event shows of a container. Of one that came to a network or left it, the id alone. */
export interface SeenContainer {
  Id: string;
  Names: string[];
  Labels: Record<string, string>;
}

export interface Watcher {
  hint: () => void;
  /** Called before any hint: this container has changed, or, if undefined, any may have. Not called for those of Orrery. */
  stale?: (id: string | undefined) => void;
  /** Whether the agent has anything to do with a container that is not ours. */
  concerns?: (container: SeenContainer) => boolean;
  following?: Following;
}

/** Whether events are being received. */
export interface Following {
  isFollowed: boolean;
}

/** Reads enough of an event to tell whose it is. */
const EngineEvent = z.object({
  Type: z.string().nullish(),
  Actor: z.object({ ID: z.string().nullish(), Attributes: z.record(z.string(), z.string()).nullish() }),
});

/** Hints at each event of our containers and of workloads until the signal, and whenever events start to arrive after a gap. */
export async function watchEngine(
  connection: EngineConnection,
  host: HostId,
  watcher: Watcher,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { hint, stale, following = { isFollowed: false } } = watcher;
  const told = (line: string) => tell(line, host, watcher);
  let former: Stream | undefined;
  for (let failures = 0; !signal.aborted;) {
    try {
      const stream = await openEvents(connection, signal);
      if (failures > 0) logger.info({ event: 'docker.events-back' }, 'Docker answers again');
      failures = 0;
      const isGap = !former?.readable;
      following.isFollowed = true;
      const ended = follow(stream, told, AbortSignal.any([signal, timeoutSignal(RENEW_MS)]));
      former?.destroy();
      // When the new stream takes over from one that still runs, nothing was missed in between.
      if (isGap) {
        stale?.(undefined);
        hint();
      }
      former = (await ended) === 'renew' ? stream : undefined;
      if (former) continue;
    } catch (error) {
      former?.destroy();
      former = undefined;
      if (signal.aborted) break;
      failures++;
      if (failures === 1)
        logger.warn(
          { event: 'docker.events-lost', err: error },
          'no events from Docker; still listing containers at intervals',
        );
    }
    following.isFollowed = false;
    await pause(backoffMs(Math.max(1, failures), PAUSES), signal);
  }
  former?.destroy();
  following.isFollowed = false;
}

type Stream = NodeJS.ReadableStream & { destroy: () => void };

function tell(line: string, host: HostId, { hint, stale, concerns }: Watcher): void {
  const seen = readEvent(line);
  if (!seen) {
    stale?.(undefined);
    return hint();
  }
  const owner = seen.Labels[LABEL.host];
  const isConcerned = owner !== host && (concerns?.(seen) ?? false);
  const isOfNetwork = seen.Names.length === 0;
  if ((owner === undefined && !isOfNetwork) || isConcerned) stale?.(seen.Id);
  if (owner === host || isConcerned) hint();
}

/** Undefined for what cannot be read, which may concern anything. */
function readEvent(line: string): SeenContainer | undefined {
  try {
    const { Type, Actor } = EngineEvent.parse(JSON.parse(line));
    const attributes = Actor.Attributes ?? {};
    if (Type === 'network') return { Id: attributes['container'] ?? '', Names: [], Labels: {} };
    return { Id: Actor.ID ?? '', Names: [`/${attributes['name'] ?? ''}`], Labels: attributes };
  } catch {
    return undefined;
  }
}

/** The timeout applies to opening; the stream itself lasts until the signal. */
async function openEvents(connection: EngineConnection, signal: AbortSignal): Promise<Stream> {
  const filters = { type: ['container' as const, 'network' as const], event: [...ACTIONS, ...NETWORK_ACTIONS] };
  const errand = { doing: 'asking for events' };
  const stream = await connection.call(
    errand,
    (late) => connection.docker.getEvents({ abortSignal: AbortSignal.any([late, signal]), filters }),
    { signal },
  );
  return stream as Stream;
}

/** Resolves when the stream ends, breaks or is due for renewal; in the last case it runs on until it is destroyed. */
function follow(stream: Stream, told: (line: string) => void, until: AbortSignal): Promise<'renew' | 'ended'> {
  return new Promise((resolve) => {
    const end = (how: 'renew' | 'ended') => {
      until.removeEventListener('abort', renew);
      if (how === 'ended') stream.destroy();
      resolve(how);
    };
    const renew = () => end('renew');
    if (until.aborted) return renew();
    until.addEventListener('abort', renew, { once: true });
    const over = () => end('ended');
    createInterface({ input: stream }).on('line', told).on('error', over);
    stream.on('end', over).on('close', over).on('error', over);
  });
}
