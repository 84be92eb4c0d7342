import { type Logger, steadyNow } from '@orrery/shared/runtime';
import type { AgentConfig } from '../config.js';
import { Credentials } from '../join/credentials.js';
import { ensureJoined, rejoin } from '../join/join.js';
import { Removal } from '../join/removal.js';
import { Agent } from './agent.js';
import { loadSimulator } from './create-machine.js';
import { whenMoved } from './standing.js';

/**
 * Somebody removed the host on purpose, so it does not come back by itself. Somebody who starts its agent does that on purpose as
 * well: the first answer of the API within this time belongs to the start.
 */
const START_MS = 60_000;

/** Runs the agent until the signal; restarts it when NATS or the keys have changed since it joined, or when it joined as a new host. */
export async function runAgent(config: AgentConfig, logger: Logger, signal: AbortSignal): Promise<void> {
  // Checked before joining: an agent that cannot run as configured must not become a host.
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
