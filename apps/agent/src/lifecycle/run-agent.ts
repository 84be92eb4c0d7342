import { type Logger, steadyNow } from '@orrery/shared/runtime';
import type { AgentConfig } from '../config.js';
import { Credentials } from '../join/credentials.js';
import { ensureJoined, rejoin } from '../join/join.js';
import { Removal } from '../join/removal.js';
import { Agent } from './agent.js';
import { loadSimulator } from './create-machine.js';
import { whenMoved } from './standing.js';

/**
 * Who removed a host meant it, so it does not come back by itself. A person who starts its agent means that, too: what the API says
 * first within this time counts for the start.
 */
const START_MS = 60_000;

/** Runs the agent until the signal; anew when NATS or the keys are others than when it joined, or it has joined as a new host. */
export async function runAgent(config: AgentConfig, logger: Logger, signal: AbortSignal): Promise<void> {
  // Before it joins: an agent that cannot be what it is told to be is no host.
  if (config.simulate) await loadSimulator();
  let record = await ensureJoined(config, logger, signal);
  const startedUntil = steadyNow() + START_MS;
  let mayRejoin = true;
  let isRemoved = (await Removal.of(config.home, record.hostId)).noted;
  while (!signal.aborted) {
    if (isRemoved && mayRejoin) {
      mayRejoin = false;
      record = (await rejoin(config, record, logger, signal)) ?? record;
    }
    const removal = await Removal.of(config.home, record.hostId);
    const over = new AbortController();
    const heard = (answer: 'known' | 'removed') => {
      if (answer === 'known') mayRejoin = false;
      else if (mayRejoin && steadyNow() < startedUntil) over.abort();
    };
    const credentials = await Credentials.open(config, record);
    const who = { credentials, removal, heard };
    const agent = await Agent.create(config, who, logger, signal);
    await agent.start();
    const moved = await whenMoved(agent, { ...who, logger }, AbortSignal.any([signal, over.signal]));
    await agent.stop();
    isRemoved = over.signal.aborted;
    record = moved ?? credentials.record;
  }
}
