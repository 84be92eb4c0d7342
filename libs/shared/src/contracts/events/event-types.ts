import { AgentFact } from './agent-events.js';
import { ApiFact } from './api-events.js';

/** Every type of event, without the prefix that clients see. */
export const EVENT_TYPES: readonly string[] = [
  ...new Set(
    [...AgentFact.options, ...ApiFact.options].flatMap(({ shape }) => shape.type.options as readonly string[]),
  ),
].sort();
