import { explain, type NetworkId } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { Share } from './free-pool.js';

export const nameTaken = (name: string) => new AppError({ kind: 'user', ...explain('name-taken/network', { name }) });

export const notKept = (id: NetworkId) =>
  new AppError({ kind: 'user', ...explain('network-not-kept/network', { network: id }) });

/** The most takers of the space that are named. */
const NAMED_TAKERS = 3;

export interface FullSpace {
  network: string;
  /** The largest first. */
  shares: readonly Share[];
  /** Names of those hosts and networks that the requesting token sees. */
  names: ReadonlyMap<string, string>;
  /** A pool to insist on. */
  pool: string;
}

export function noFreePool({ network, shares, names, pool }: FullSpace): AppError {
  const told = shares.slice(0, NAMED_TAKERS).map((share) => takerText(share, names.get(share.by)));
  const others = shares.length - told.length;
  const first = shares[0];
  const suspect = first && isHost(first.by) ? names.get(first.by) : undefined;
  const takers = `${told.join('; ')}${others > 0 ? `; and ${others} more` : ''}`;
  return new AppError({
    kind: 'user',
    ...(suspect === undefined
      ? explain('no-free-pool/takers', { takers, network, pool })
      : explain('no-free-pool/host', { takers, network, pool, host: suspect })),
  });
}

const isHost = (id: string) => id.startsWith('hst_');

function takerText({ by, share, widest, more }: Share, name: string | undefined): string {
  const percent = Math.floor(share * 100);
  const part = share === 1 ? 'all of it' : percent < 1 ? 'less than 1% of it' : `${percent}% of it`;
  // Reveals neither the name nor the routes of a host that the token does not see.
  if (name === undefined) return `a host outside your scope takes ${part}`;
  const which = `${widest.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return `${isHost(by) ? 'host' : 'network'} ${name} takes ${part} (${which})`;
}

export const confirmationRequired = (name: string) =>
  new AppError({ kind: 'user', ...explain('confirmation-required/network', { name }) });
