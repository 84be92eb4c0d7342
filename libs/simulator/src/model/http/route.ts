import type { Message } from '../messages.js';
import type { Node } from '../node.js';
import type { HttpAnswer } from './http-message.js';

/** The input of a handler: the current node, the parts captured by its path pattern, and the outside world as plain values. */
export interface Call {
  readonly node: Node;
  readonly parts: readonly string[];
  readonly body: string | undefined;
  readonly now: number;
  /** A number in [0, 1) from the caller, for IDs that the daemon would draw. */
  readonly draw: number;
}

/** The result of a request: the answer, and the node and messages if there are any changes. */
export interface Outcome {
  readonly answer: HttpAnswer;
  readonly node?: Node;
  readonly out?: readonly Message[];
}

export interface Route {
  readonly methods: readonly string[];
  readonly pattern: RegExp;
  readonly handle: (call: Call) => Outcome;
}

export const route = (methods: string, path: string, handle: (call: Call) => Outcome): Route => ({
  methods: methods.split(' '),
  pattern: new RegExp(`^${path}$`),
  handle,
});

export const NETWORK_ID = '([0-9a-fA-F]{16})';
export const ADDRESS = '([0-9a-fA-F]{10})';
