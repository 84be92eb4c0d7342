import { compareText, roomFor } from './hash.js';

/** What a place may depend on: names, and nothing else. */
export interface Named {
  readonly id: string;
  readonly name: string;
  readonly site: string | null;
}

export interface Sector<H extends Named = Named> {
  /** The same for the same site as long as it has a sector. */
  readonly key: string;
  readonly label: string;
  readonly hosts: readonly H[];
  /** How many hosts it has room for; a power of two. */
  readonly room: number;
  /** Where it begins and ends, in radians clockwise from the right, its gaps left out. */
  readonly from: number;
  readonly to: number;
}

/** More would be too narrow for a name on the rim: the smallest sites then share a sector. */
export const MOST_SECTORS = 24;
/** Half of the gap between two sectors. */
const GAP = 0.035;
/** Left of the top, so that the first names on the rim read as a list. */
const START = -Math.PI / 2 - 0.5;

type Site<H extends Named> = Omit<Sector<H>, 'from' | 'to'>;

/** Sites by name, each as wide as the room it needs, and at least a sixteenth of what all need. */
export function sectorsOf<H extends Named>(hosts: readonly H[]): Sector<H>[] {
  const sites = sharing(sitesOf(hosts));
  const rooms = sites.reduce((sum, site) => sum + site.room, 0);
  const weights = sites.map((site) => Math.max(site.room, rooms / 16));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  let angle = START;
  return sites.map((site, at) => {
    const width = (2 * Math.PI * (weights[at] ?? 0)) / whole;
    const gap = Math.min(GAP, width / 8);
    const from = angle + gap;
    angle += width;
    return { ...site, from, to: angle - gap };
  });
}

function sitesOf<H extends Named>(hosts: readonly H[]): Site<H>[] {
  const named = new Map<string, H[]>();
  const none: H[] = [];
  for (const host of hosts) {
    const list = host.site === null ? none : named.get(host.site);
    if (list) list.push(host);
    else if (host.site !== null) named.set(host.site, [host]);
  }
  const sites = [...named]
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, list]) => site(`site:${name}`, name, list));
  return none.length > 0 ? [...sites, site('none', sites.length > 0 ? 'no site' : 'hosts', none)] : sites;
}

/** The sites with most room keep a sector of their own. */
function sharing<H extends Named>(sites: Site<H>[]): Site<H>[] {
  if (sites.length <= MOST_SECTORS) return sites;
  const bySize = [...sites].sort((a, b) => b.room - a.room || compareText(a.key, b.key));
  const own = new Set(bySize.slice(0, MOST_SECTORS - 1).map(({ key }) => key));
  const rest = sites.filter(({ key }) => !own.has(key));
  const shared = rest.flatMap(({ hosts }) => hosts);
  return [...sites.filter(({ key }) => own.has(key)), site('others', `${rest.length} other sites`, shared)];
}

const site = <H extends Named>(key: string, label: string, hosts: H[]): Site<H> => ({
  ...{ key, label, hosts },
  room: roomFor(hosts.length),
});
