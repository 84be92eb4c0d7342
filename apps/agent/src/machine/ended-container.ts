import { explain } from '@orrery/shared/contracts';
import { StepError } from '@orrery/shared/machine';
import type { DockerEngine } from '../docker/docker-engine.js';
import type { InspectedContainer } from '../docker/inspected.js';
import { diagnoseLog, lastLine } from '../zerotier/log-diagnosis.js';

const LOG_LINES = 30;
/**
 * An engine may record `StartedAt` after the program has begun to run. If a container dies at once on a busy machine,
 * its output can therefore be older than its start.
 */
const NOTED_LATE_MS = 3_000;

/** Why a container stopped running: the log of its last run, or else how it ended. */
export async function whyEnded(
  engine: DockerEngine,
  { Id, State }: InspectedContainer,
  signal: AbortSignal,
): Promise<StepError> {
  const read = (since: string) => engine.containers.logs(Id, LOG_LINES, { signal, since }).catch(() => '');
  let log = await read(State.StartedAt);
  // The lines before that may be those of an earlier run, so they count only if the last run says nothing.
  if (!diagnoseLog(log)) log = (await read(earlier(State.StartedAt, NOTED_LATE_MS))) || log;
  const found = diagnoseLog(log);
  if (found) return new StepError(found);
  const how = State.OOMKilled ? 'killed for using more memory than its limit' : `exit code ${State.ExitCode}`;
  const said = lastLine(log);
  return new StepError({
    ...explain(State.OOMKilled ? 'container-died/out-of-memory' : 'container-died', {
      cause: `the container ended (${how})${said && `: ${said}`}`,
    }),
    transient: true,
  });
}

const earlier = (time: string, ms: number) => new Date(Date.parse(time) - ms).toISOString();
