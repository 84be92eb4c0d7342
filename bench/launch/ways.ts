/** Ways from nothing to an address; `engine` is the minimum that all of them share. */
export const WAYS = ['engine', 'by-hand', 'warm', 'cold'] as const;
export type Way = (typeof WAYS)[number];

export const ABOUT: Record<Way, string> = {
  engine: 'create, upload and start only; identity authorized beforehand',
  'by-hand': 'create, start, authorize on the controller, join',
  warm: 'orrery launch --wait, with a pre-generated identity',
  cold: 'orrery launch --wait, without a pre-generated identity',
};

/** The time of each point, in milliseconds since the start of the way. The last point is its end. */
export type Points = Record<string, number>;

export interface Sample {
  way: Way;
  /** Counted from 1. */
  round: number;
  points: Points;
}

export interface Failure {
  way: Way;
  round: number;
  cause: string;
}

/** The last point that each way waits for. */
export const END: Record<Way, string> = {
  engine: 'address in the kernel',
  'by-hand': 'address in the kernel',
  warm: 'orrery ended',
  cold: 'orrery ended',
};
