import { newController, type Controller } from './model/controller.js';
import type { Timing } from './model/timing.js';

/** A daemon's controller without what follows from the daemon's address and timing. */
export type KeptController = Omit<Controller, 'address' | 'timing'>;

/** The state of a controller whose daemon keeps running. Undefined: it has no networks, so there is nothing to keep. */
export function keptController(controller: Controller | null): KeptController | undefined {
  if (!controller || Object.keys(controller.networks).length === 0) return undefined;
  const { networks, members, contacts, refusals } = controller;
  return { networks, members, contacts, refusals };
}

/** The contents of controller.d after the daemon has stopped. It finds out again whom it can reach. */
export function storedController(controller: Controller | null): KeptController | undefined {
  const kept = keptController(controller);
  return kept && { ...kept, contacts: {} };
}

export const restoredController = (address: string, kept: KeptController, timing?: Partial<Timing>): Controller => ({
  ...newController(address, timing),
  ...kept,
});
