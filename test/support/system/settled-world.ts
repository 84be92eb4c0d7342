import { eventually } from '../eventually.js';
import { commandFaults } from './command-invariants.js';
import { historyFaults } from './history-invariants.js';
import { machineFaults } from './machine-invariants.js';
import type { System } from './system.js';

export interface SettledOptions {
  within?: number;
  /** How many events are in quarantine. */
  quarantined?: number;
  /** Containers that run although they are no longer desired: a restored database has forgotten them. */
  unclaimed?: readonly string[];
}

/**
 * The invariants after every fault: nothing lost, nothing double, every command in exactly one state, no orphan
 * container or identity, Postgres agrees with the machines, each host's events in order and without a gap. Settling may
 * take a while; then two looks in a row must find nothing. Hosts whose agent does not run are judged by the state that
 * they left.
 */
export async function expectSettledWorld(system: System, options: SettledOptions = {}): Promise<void> {
  const { within = 60_000, quarantined = 0, unclaimed = [] } = options;
  let faults: string[] = [];
  let clean = 0;
  const look = async () => {
    const found = [historyFaults(system, quarantined), commandFaults(system), machineFaults(system, unclaimed)];
    faults = (await Promise.all(found)).flat();
    clean = faults.length === 0 ? clean + 1 : 0;
    return clean >= 2;
  };
  await eventually(look, { within, every: 250, what: 'a settled world' }).catch((error: unknown) => {
    throw new Error([`The world is not settled (${String(error)}):`, ...faults].join('\n  '), { cause: error });
  });
}
