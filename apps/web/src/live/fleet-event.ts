import type { components } from '../api/openapi.golden.js';

/** An event as the stream carries it. */
export type FleetEvent = components['schemas']['CloudEvent'];

const PREFIX = 'io.orrery.';

/** `host.online` for `io.orrery.host.online`. */
export const kindOf = ({ type }: Pick<FleetEvent, 'type'>): string =>
  type.startsWith(PREFIX) ? type.slice(PREFIX.length) : type;

/** The number in the ID of an event: it grows with each. -1 if there is none. */
export const numberOf = (id: string): number => {
  const number = Number(id.slice(id.lastIndexOf('-') + 1));
  return Number.isSafeInteger(number) ? number : -1;
};
