import { describeError, pause, type Logger } from '@orrery/shared/runtime';
import { LOCKS } from './advisory-locks.js';
import { watchedClient } from './server-liveness.js';
import type { Run } from './statements.js';

export interface LeadershipOptions {
  connectionString: string;
  logger: Logger;
  signal: AbortSignal;
  /** The interval between two calls of `lead`, and between two attempts to become the leader. */
  everyMs: number;
  /**
   * The leader's work, repeated, on the connection that holds the lock: if the lock is lost, its statements fail as
   * well.
   */
  lead: (run: Run) => Promise<void>;
  /** The work of all other replicas. */
  follow?: () => void;
}

/** One of the replicas leads as long as its connection lives; the others keep trying. The one owner loop. */
export async function runLeadership(options: LeadershipOptions): Promise<void> {
  const { signal, everyMs, logger, follow } = options;
  while (!signal.aborted) {
    try {
      await leadOnce(options);
    } catch (error) {
      if (!signal.aborted)
        logger.debug(
          { event: 'leadership.lost', cause: describeError(error) },
          'the leader lost its database connection',
        );
    }
    follow?.();
    await pause(everyMs, signal);
  }
}

async function leadOnce({ connectionString, signal, everyMs, logger, lead, follow }: LeadershipOptions): Promise<void> {
  const Client = watchedClient(connectionString);
  const client = new Client({
    connectionString,
    application_name: 'orrery-api leader',
    connectionTimeoutMillis: 3000,
    statement_timeout: 10_000,
    keepAlive: true,
  });
  client.on('error', () => undefined); // the next statement fails and reports it
  const run: Run = async <Row>(text: string, parameters?: unknown[]) =>
    (await client.query(text, parameters)).rows as Row[];
  try {
    await client.connect();
    while (!signal.aborted && !(await isLeader(run))) {
      follow?.();
      await pause(everyMs, signal);
    }
    if (!signal.aborted) logger.info({ event: 'leadership.taken' }, 'this replica is now the leader');
    while (!signal.aborted) {
      await lead(run);
      await pause(everyMs, signal);
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function isLeader(run: Run): Promise<boolean> {
  const [row] = await run<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [LOCKS.leader]);
  return row?.taken === true;
}
