import type { Message } from './messages.js';

/** The worlds beside this one, as seen from here: daemons of other processes, and whatever carries messages to them. */
export interface Elsewhere {
  /** Networks are kept on the controller at this address of ours. */
  announce(address: string): void;
  /** Whether the address belongs to a daemon of any of these worlds, which may be away. */
  knows(address: string): boolean;
  /** Brings it to whom it is for, or loses it; never fails. */
  send(message: Message): void;
}

/** Only what is said about a network goes from world to world: each has the planet's roots, and moons, to itself. */
export const mayLeave = (message: Message): boolean => message.kind !== 'hello' && message.kind !== 'hello-ok';
