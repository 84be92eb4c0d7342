import type { Host } from '@orrery/shared/contracts';

export interface HostChoice {
  host: Host;
  /** Out of how many that would do. */
  of: number;
}

/**
 * Where the first controller of a fleet is launched: on a host that takes it now, a real one before a simulated one, then by name.
 * Undefined: there is none.
 */
export function hostForController(hosts: Host[]): HostChoice | undefined {
  const able = hosts.filter(
    ({ presence, paused, revokedAt, engine }) =>
      presence === 'online' && !paused && revokedAt === null && engine?.state === 'up',
  );
  const real = able.filter(({ simulated }) => !simulated);
  const candidates = real.length > 0 ? real : able;
  const [host] = candidates.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return host && { host, of: candidates.length };
}
