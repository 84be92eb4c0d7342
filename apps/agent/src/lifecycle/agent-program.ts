import { describeError, createLogger, guardProcess, type AppError } from '@orrery/shared/runtime';
import { readAgentConfig } from '../config.js';
import { runAgent } from './run-agent.js';

/** How long an orderly shutdown may take before it is cut short. */
const STOP_MS = 9_000;

async function run(env: NodeJS.ProcessEnv): Promise<void> {
  const config = readAgentConfig(env);
  const logger = createLogger('orrery-agent', config.logLevel, { file: config.logFile });
  guardProcess(logger);
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    logger.info({ event: 'agent.stopping', signal: name });
    stop.abort(new Error(name));
    setTimeout(() => process.exit(1), STOP_MS).unref();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  await runAgent(config, logger, stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
}

/** Runs the agent from reading its settings to the end of its process. */
export async function agentProgram(env: NodeJS.ProcessEnv): Promise<never> {
  try {
    await run(env);
    process.exit(0);
  } catch (error) {
    const { code = 'unexpected', fix } = error as Partial<AppError>;
    createLogger('orrery-agent').fatal(
      { event: 'agent.failed', code, cause: describeError(error), fix },
      'the agent is exiting',
    );
    process.exit(1);
  }
}
