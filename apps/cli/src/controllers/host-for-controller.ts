import type { Host } from '@orrery/shared/contracts';

export interface HostChoice {
  host: Host;
  /** Number of suitable hosts. */
  of: number;
}

/**
 * The host for the first controller of a fleet: one that can launch it now, real hosts before simulated ones, then by name.
 * Undefined if no host is suitable.
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
