import { type Edge } from './edges.js';
import { type Scene, type SceneHost } from './scene.js';
import { notFine, STATE_WORDS, type Tally } from './states.js';

const FIGURES = new Intl.NumberFormat('en-US');

export const figure = (count: number): string => FIGURES.format(count);

export const counted = (count: number, noun: string): string => `${figure(count)} ${noun}${count === 1 ? '' : 's'}`;

/** What a reader of the screen hears instead of the picture. */
export function sayPicture(scene: Scene | undefined): string {
  if (!scene) return 'Picture of the fleet. It is being fetched.';
  const { hosts, sectors, counts } = scene;
  if (hosts.length === 0) return 'Picture of the fleet. It has no hosts yet.';
  const where = `Picture of ${counted(hosts.length, 'host')} in ${counted(sectors.length, 'site')}.`;
  return `${where} ${sayCounts(counts)}. Arrow keys choose a host, Enter opens it, Escape lets it go. For the same as a list, press l.`;
}

export function sayCounts(counts: Tally): string {
  const parts = notFine(counts).map(({ state, count }) => `${figure(count)} ${STATE_WORDS[state]}`);
  return parts.length > 0 ? parts.join(', ') : 'All as wanted';
}

export function sayHost(scene: Scene, host: SceneHost): string {
  const edges = scene.edgesOf(host.id);
  const because = host.why === undefined || host.state === 'fine' ? '' : ` (${host.why})`;
  return `${host.name}, ${sayWhere(host)}: ${STATE_WORDS[host.state]}${because}. ${sayEdges(edges)}.`;
}

function sayEdges(edges: readonly Edge[]): string {
  const silent = edges.filter((edge) => edge.silent).length;
  const relayed = edges.filter((edge) => !edge.silent && edge.path === 'relayed').length;
  const parts = [
    [edges.length - silent - relayed, 'direct'],
    [relayed, 'relayed'],
    [silent, 'silent'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, how]) => `${figure(count)} ${how}`);
  return said.length > 0 ? `Paths: ${said.join(', ')}` : 'No paths';
}

export const sayWhere = ({ site, nodes }: SceneHost): string =>
  [site, counted(nodes.length, 'node')].filter((part) => part !== null).join(', ');
