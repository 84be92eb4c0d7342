/** From far to near. Each shows all that the one before shows. */
export type Level = 'dots' | 'nodes' | 'names' | 'node names' | 'addresses';

export interface Detail {
  readonly level: Level;
  /** The distance of neighbours, in pixels. */
  readonly pitch: number;
  /** Radii in pixels: of a host that is fine, and of one that is not. */
  readonly fine: number;
  readonly notFine: number;
  /** From the edge of a host to the orbit of its nodes. */
  readonly orbit: number;
  readonly node: number;
  readonly nodeNotFine: number;
  readonly names: boolean;
  /** So few nodes that there is room for the names of all containers. */
  readonly few: boolean;
}

/** Names of so few hosts are always there. */
export const ALWAYS_NAMED = 12;
const FEW_NODES = 24;
/** Below this many pixels, marks of neighbours would cover each other. */
const ROOM_FOR_MARKS = 20;
/** More marks than this in one sector become one mark with a count. */
const MANY = 24;

const FROM: readonly (readonly [number, Level])[] = [
  [240, 'addresses'],
  [175, 'node names'],
  [64, 'names'],
  [34, 'nodes'],
  [0, 'dots'],
];

export function levelAt(pitch: number): Level {
  return FROM.find(([least]) => pitch >= least)?.[1] ?? 'dots';
}

/** @param small a phone: thinner dots when there are many, and the marks a little smaller. */
export function detailAt(pitch: number, hosts: number, small: boolean, nodes = Infinity): Detail {
  const few = !small && hosts <= ALWAYS_NAMED && nodes <= FEW_NODES && levelAt(pitch) === 'names';
  const level = few ? 'node names' : levelAt(pitch);
  const fine = Math.max(small && hosts > 100 ? 1.4 : 1.7, Math.min(pitch * 0.19, 20));
  const node = between(pitch * 0.036, 1.5, 5);
  return {
    ...{ level, pitch, fine, node, few },
    notFine: Math.min(Math.max(fine * 1.4, small ? 4.6 : 6), 21),
    orbit: between(pitch * 0.13, 5, 26),
    nodeNotFine: Math.max(node * 1.9, pitch > 60 ? 7.5 : 4.6),
    names: pitch >= 64 || hosts <= ALWAYS_NAMED,
  };
}

/** Whether a sector with so many hosts that are not fine shows one mark with their number. */
export function isCrowded(notFine: number, pitch: number): boolean {
  return notFine > MANY && pitch < ROOM_FOR_MARKS;
}

export const hasNodes = ({ level }: Detail): boolean => level !== 'dots';

function between(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
