import { isCrowded } from './detail.js';
import { type Stand } from './glide.js';
import { placeAt } from './layout.js';
import { type Scene } from './scene.js';
import { notFine } from './states.js';
import { type State } from './topology.js';

/** One mark for all hosts of a sector that are not fine, where there are too many for marks of their own. */
export interface Crowd {
  readonly sector: string;
  /** Worst first. */
  readonly parts: readonly { readonly state: State; readonly count: number }[];
  /** On the unit circle. */
  readonly x: number;
  readonly y: number;
}

const RADIUS = 0.66;

/** @param pitch between neighbours, in pixels: from near enough, each has its own mark again */
export function crowdsIn(scene: Scene, stand: Stand, pitch: number): Crowd[] {
  return scene.sectors.flatMap(({ key, counts, hosts }) => {
    const arc = stand.sectors.get(key);
    if (!arc || !isCrowded(hosts.length - counts.fine, pitch)) return [];
    const { x, y } = placeAt(RADIUS, (arc.from + arc.to) / 2);
    return [{ sector: key, parts: notFine(counts), x, y }];
  });
}
