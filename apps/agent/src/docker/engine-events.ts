import type { HostId } from '@orrery/shared/contracts';
import { backoffMs, pause, type Logger } from '@orrery/shared/runtime';
import type { EngineConnection } from './engine-connection.js';
import { LABEL } from './labels.js';

/** Not the `exec_*` ones: looking into a container makes those, and looking again for them would never end. */
const ACTIONS = ['create', 'start', 'die', 'oom', 'pause', 'unpause', 'destroy', 'rename', 'update'];
/** A stream can be dead without ending (an engine that was killed and came back): it is asked for anew after so long. */
const RENEW_MS = 120_000;
const PAUSES = { firstMs: 250, maxMs: 10_000 };

/** Hints from the engine's events, for ever: a hint for each event of our containers, and one at each new beginning. */
export async function watchEngine(
  connection: EngineConnection,
  host: HostId,
  hint: () => void,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    try {
      const renewed = AbortSignal.any([signal, AbortSignal.timeout(RENEW_MS)]);
      const stream = await connection.call(
        { doing: 'asking for events' },
        (late) =>
          connection.docker.getEvents({
            abortSignal: AbortSignal.any([late, renewed]),
            filters: { type: ['container'], label: [`${LABEL.host}=${host}`], event: ACTIONS },
          }),
        { signal },
      );
      if (failures > 0) logger.info({ event: 'docker.events-back' }, 'Docker answers again');
      failures = 0;
      hint();
      await follow(stream, hint, renewed);
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      if (failures === 1)
        logger.warn({ event: 'docker.events-lost', err: error }, 'no events from Docker; listing goes on');
    }
    await pause(backoffMs(Math.max(1, failures), PAUSES), signal);
  }
}

/** Until the stream ends, breaks or is to be renewed. */
function follow(stream: NodeJS.ReadableStream, hint: () => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      signal.removeEventListener('abort', end);
      (stream as NodeJS.ReadableStream & { destroy?: () => void }).destroy?.();
      resolve();
    };
    if (signal.aborted) return end();
    signal.addEventListener('abort', end, { once: true });
    stream.on('data', hint);
    stream.on('end', end).on('close', end).on('error', end);
  });
}
