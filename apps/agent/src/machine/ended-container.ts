import { explain } from '@orrery/shared/contracts';
import { StepError } from '@orrery/shared/machine';
import type { DockerEngine } from '../docker/docker-engine.js';
import type { InspectedContainer } from '../docker/inspected.js';
import { diagnoseLog, lastLine } from '../zerotier/log-diagnosis.js';

const LOG_LINES = 30;

/** Why a container stopped running: the log of its last run, or else how it ended. */
export async function whyEnded(
  engine: DockerEngine,
  { Id, State }: InspectedContainer,
  signal: AbortSignal,
): Promise<StepError> {
  const log = await engine.containers.logs(Id, LOG_LINES, { signal, since: State.StartedAt }).catch(() => '');
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
