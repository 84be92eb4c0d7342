import type { Message } from './messages.js';

/** The other worlds as seen from this one: daemons of other processes, and whatever carries messages to them. */
export interface Elsewhere {
  /** Announces to the other worlds that our controller at this address has networks. */
  announce(address: string): void;
  /** Whether the address belongs to a daemon of any of these worlds, even if it is unreachable now. */
  knows(address: string): boolean;
  /** Delivers the message or loses it; never fails. */
  send(message: Message): void;
}

/** Only messages about a network go from world to world: each world has the planet's roots, and its moons, to itself. */
export const mayLeave = (message: Message): boolean => message.kind !== 'hello' && message.kind !== 'hello-ok';
