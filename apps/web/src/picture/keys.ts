interface Standing {
  readonly id: string;
  readonly place: { readonly x: number; readonly y: number };
}

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** How much worse it is to lie beside the way than on it. */
const ASIDE = 2.4;

/** Where an arrow key leads from a host, or from the middle; undefined at the rim, and for other keys. */
export function neighbor(hosts: readonly Standing[], from: string | null, key: string): string | undefined {
  const direction = DIRECTIONS[key];
  if (!direction) return undefined;
  const [dx, dy] = direction;
  const start = hosts.find(({ id }) => id === from)?.place ?? { x: 0, y: 0 };
  let best: string | undefined;
  let least = Infinity;
  for (const { id, place } of hosts) {
    const x = place.x - start.x;
    const y = place.y - start.y;
    const ahead = x * dx + y * dy;
    if (ahead <= 1e-6) continue;
    const score = ahead + ASIDE * Math.abs(x * dy + y * dx);
    if (score < least) [best, least] = [id, score];
  }
  return best;
}

export const isArrow = (key: string): boolean => key in DIRECTIONS;
