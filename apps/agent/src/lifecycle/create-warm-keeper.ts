import type { Logger } from '@orrery/shared/runtime';
import type { Machine } from '@orrery/shared/machine';
import type { HostPolicy } from '../policy/host-policy.js';
import { allowsImage } from '../pure/policy/judge.js';
import type { Reconciler } from '../reconciler/reconciler.js';
import type { FileIdentityStore } from '../identities/file-identity-store.js';
import { WarmKeeper } from '../identities/warm-keeper.js';

/** Between the steps of a launch the lanes rest for moments, too. What a simulated machine makes, no launch waits for. */
const REST_MS = 2_000;

export interface WarmKeeperNeeds {
  identities: Pick<FileIdentityStore, 'warm'>;
  machine: Pick<Machine, 'simulated' | 'mintAhead'>;
  policy: Pick<HostPolicy, 'held'>;
  reconciler: Pick<Reconciler, 'lastLook' | 'isAtRest'>;
  logger: Logger;
}

export function createWarmKeeper(wanted: number, needs: WarmKeeperNeeds): WarmKeeper {
  const { identities, machine, logger } = needs;
  return new WarmKeeper({
    ...{ warm: identities.warm, wanted, logger, restMs: machine.simulated ? 0 : REST_MS },
    mint: (signal) => machine.mintAhead(signal),
    mayMint: () => mayMintAhead(needs),
  });
}

/** Nobody waits for the machine, and the host's default image may be used and is here: nothing is ever fetched for this. */
export function mayMintAhead({ machine, policy, reconciler }: WarmKeeperNeeds): boolean {
  const facts = reconciler.lastLook?.facts;
  if (!facts || !reconciler.isAtRest || policy.held.result !== 'held') return false;
  if (!allowsImage(policy.held.policy, facts.defaultImage)) return false;
  return machine.simulated || facts.imagePresent(facts.defaultImage) === true;
}
