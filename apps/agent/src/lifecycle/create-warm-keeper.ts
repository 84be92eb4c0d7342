import type { Logger } from '@orrery/shared/runtime';
import type { Machine } from '@orrery/shared/machine';
import type { HostPolicy } from '../policy/host-policy.js';
import { allowsImage } from '../pure/policy/judge.js';
import type { Reconciler } from '../reconciler/reconciler.js';
import type { FileIdentityStore } from '../identities/file-identity-store.js';
import { WarmKeeper } from '../identities/warm-keeper.js';

/** Longer than the lanes are idle between the steps of a launch. A simulated machine does not need it: no launch waits for it. */
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

/** The machine is idle, and the host's default image is allowed and present: nothing is ever pulled for this. */
export function mayMintAhead({ machine, policy, reconciler }: WarmKeeperNeeds): boolean {
  const facts = reconciler.lastLook?.facts;
  if (!facts || !reconciler.isAtRest || policy.held.result !== 'held') return false;
  if (!allowsImage(policy.held.policy, facts.defaultImage)) return false;
  return machine.simulated || facts.imagePresent(facts.defaultImage) === true;
}
