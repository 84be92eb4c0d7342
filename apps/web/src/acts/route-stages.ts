import type { Shape } from '../api/client.js';
import { listed } from '../parts/words.js';

type Route = Shape<'KeptRoute'>;
type Command = Shape<'Command'>;

export interface RouteStage {
  name: 'routers' | 'forwarding' | 'announced';
  is: 'fine' | 'working' | 'waiting' | 'failed' | 'todo';
  detail: string;
}

const hostsOf = (via: Route['via']) => listed(via.map(({ host }) => host));

/** Nodes keep the way that they have for as long as the controller announces it beside the new one. */
export function isCarried({ state, router, via, announced }: Route): boolean {
  const address = via.find(({ node }) => node.name === router)?.address;
  return state === 'announced' && announced.every((one) => one.via === address);
}

/** As `orrery route add --wait` tells them; a standby can still be missing when the route is announced. */
const STAGES: {
  name: RouteStage['name'];
  isReached: (route: Route) => boolean;
  done: (route: Route) => string;
  open: (route: Route) => string;
}[] = [
  {
    name: 'routers',
    isReached: ({ via }) => via.every(({ address }) => address !== null),
    done: ({ via }) => listed(via.map(({ node, address }) => `${node.name} ${address ?? ''}`)),
    open: ({ via }) => `waiting for the address of ${hostsOf(via.filter(({ address }) => address === null))}`,
  },
  {
    name: 'forwarding',
    isReached: ({ via }) => via.every(({ outcome }) => outcome?.kind === 'done'),
    done: ({ via }) => hostsOf(via),
    open: ({ via }) => `waiting for ${hostsOf(via.filter(({ outcome }) => outcome?.kind !== 'done'))}`,
  },
  {
    name: 'announced',
    isReached: isCarried,
    done: ({ announced }) =>
      listed(announced.map(({ target, via }) => (via === null ? target : `${target} via ${via}`))),
    open: ({ state, cause }) =>
      state === 'announced' ? 'the way before is announced, too' : (cause ?? 'waiting for its controller'),
  },
];

export const hasFailed = ({ state }: Command): boolean => ['failed', 'cancelled', 'superseded'].includes(state);

/** How far a route is. `commands`: of its routers; none: only its announcement is awaited. Pure. */
export function routeStages(route: Route, commands: readonly Command[]): RouteStage[] {
  const stages = commands.length > 0 ? STAGES : STAGES.slice(-1);
  const first = stages.find(({ isReached }) => !isReached(route));
  return stages.map((stage): RouteStage => {
    const { name, isReached, done, open } = stage;
    if (isReached(route)) return { name, is: 'fine', detail: done(route) };
    return stage === first ? { name, is: openIs(commands), detail: open(route) } : { name, is: 'todo', detail: '' };
  });
}

function openIs(commands: readonly Command[]): RouteStage['is'] {
  if (commands.some(hasFailed)) return 'failed';
  return commands.some(({ state }) => state === 'waiting') ? 'waiting' : 'working';
}
