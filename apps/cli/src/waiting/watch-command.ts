import { setTimeout as delay } from 'node:timers/promises';
import { Command, isFinal } from '@orrery/shared/contracts';
import type { ApiClient } from '../api/api-client.js';
import { apiPath } from '../api/paths.js';
import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';

export interface Sighting {
  command: Command;
  raw: unknown;
}

export interface WatchOptions {
  /** Milliseconds from now. */
  forMs: number;
  signal: AbortSignal;
  /** The API is unreachable: the watch continues until its timeout, like the command. */
  onAway: (error: CliError) => void;
}

const LONGEST_POLL_S = 30;
/** The first polls are short, so that an unconnected host is reported soon. */
const FIRST_POLL_S = 1;
const RETRY_MS = 1000;

/** Yields a command now and at each change, by long polls, until it has ended or the time is over. */
export async function* watchCommand(
  client: ApiClient,
  first: Command,
  options: WatchOptions,
): AsyncGenerator<Sighting> {
  const deadline = performance.now() + options.forMs;
  const path = apiPath('commands', first.id);
  let known: Command | undefined;
  for (let polls = 0; ; polls++) {
    const left = deadline - performance.now();
    const wait = Math.min(polls > 1 ? LONGEST_POLL_S : FIRST_POLL_S, Math.max(1, Math.ceil(left / 1000)));
    const query = known ? { wait: `${wait}s`, seen: known.stages.length, state: known.state } : {};
    const answer = await client
      .get(path, Command, { query, timeoutMs: (wait + 15) * 1000, signal: options.signal })
      .catch((error: unknown) => awayOrThrow(error));
    if (!(answer instanceof CliError)) {
      known = answer.value;
      yield { command: known, raw: answer.raw };
      if (isFinal(known.state)) return;
    }
    const over = performance.now() >= deadline;
    if (answer instanceof CliError) {
      if (over) throw answer;
      options.onAway(answer);
      await delay(Math.min(RETRY_MS, left), undefined, { signal: options.signal });
    } else if (over) return;
  }
}

/** Returns the error of an unreachable API, which is worth waiting for; throws every other error. */
export function awayOrThrow(error: unknown): CliError {
  if (error instanceof CliError && error.exitCode === ExitCode.unreachable) return error;
  throw error;
}
