import { newController, type Controller } from './model/controller.js';
import type { Timing } from './model/timing.js';

/** A daemon's controller without what follows from who and how fast the daemon is. */
export type KeptController = Omit<Controller, 'address' | 'timing'>;

/** Everything, as of a daemon that goes on running. Undefined: no networks are kept there, which needs no keeping. */
export function keptController(controller: Controller | null): KeptController | undefined {
  if (!controller || Object.keys(controller.networks).length === 0) return undefined;
  const { networks, members, contacts, refusals } = controller;
  return { networks, members, contacts, refusals };
}

/** What a daemon's controller.d holds when the daemon has stopped: whom it can reach it learns anew. */
export function storedController(controller: Controller | null): KeptController | undefined {
  const kept = keptController(controller);
  return kept && { ...kept, contacts: {} };
}

export const restoredController = (address: string, kept: KeptController, timing?: Partial<Timing>): Controller => ({
  ...newController(address, timing),
  ...kept,
});
