import { parseIdentity } from './identity.js';

/** A private root as the daemon knows it. A moon that was ordered by ID alone (`orbit`) waits until somebody sends its content. */
export interface Moon {
  /** 16 hex digits; the last ten are an address. */
  readonly id: string;
  readonly roots: readonly { readonly identity: string; readonly stableEndpoints: readonly string[] }[];
  readonly timestamp: number;
  readonly signature: string;
  readonly updatesMustBeSignedBy: string;
}

export const rootAddressesOf = (moons: readonly Moon[]): string[] =>
  moons.flatMap((moon) => moon.roots.flatMap((root) => parseIdentity(root.identity)?.address ?? []));

/** The public planet's roots. The model greets them like any root; whether anybody answers is up to the carrier. */
export const PLANET = {
  worldId: 149604618,
  timestamp: 1644592324813,
  roots: ['62f865ae71', '778cde7190', 'cafe04eba9', 'cafe9efeb9'],
} as const;
