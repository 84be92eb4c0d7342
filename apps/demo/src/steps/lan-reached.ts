import { KeptRoute, RouteAdded, RouteRemoved } from '@orrery/shared/contracts';
import type { Toolbox } from '../engines/toolbox.js';
import { pathOf, type Orrery } from '../orrery/orrery.js';
import { CAST, LAN, nodeOf } from '../story/cast.js';
import { mustHold } from '../story/not-so.js';
import type { Scene } from '../story/scene.js';
import type { Step } from '../story/step.js';
import { until } from '../story/until.js';

const WITHIN_MS = 60_000;
const FIX = 'See `docker compose exec api orrery route ls`, and docs/routes.md.';

export const lanReached: Step = {
  name: 'lan',
  title: 'a container in the cloud prints in the LAN, and goes on when the router dies',
  async run(scene) {
    const { orrery, engines, config } = scene;
    const [url, target] = [`http://${config.lan}.20/`, `${config.lan}.0/24`];
    const client = await engines.besides(CAST.client);
    mustHold(!(await prints(client, url)), `${url} was reached before there was a route`, FIX);
    const body = { target, via: LAN.routers.map((host) => ({ host })) };
    const asked = performance.now();
    const { route, commands } = await orrery.ask('POST', pathOf('networks', CAST.network, 'routes'), RouteAdded, {
      body,
    });
    for (const command of commands) await orrery.cameTrue(() => Promise.resolve(command), WITHIN_MS, command);
    await untilPrints(client, url);
    const first = seconds(asked);
    const [one, two] = await serving(orrery, route.id);
    const died = performance.now();
    await engines.of(one.host).remove(`orrery-${one.container}`);
    await untilPrints(client, url, async () => (await serving(orrery, route.id))[0].host === two.host);
    const back = seconds(died);
    await removed(scene, route.id);
    mustHold(!(await prints(client, url)), `${url} is reached although its route was removed`, FIX);
    return {
      detail: `${nodeOf(CAST.client)} read ${url} ${first} s after the command, by ${one.host}`,
      lines: [`docker rm -f of its router: by ${two.host} ${back} s later`, 'not before the route, and not after it'],
    };
  },
};

type Router = Pick<KeptRoute['via'][number], 'host' | 'container'>;

/** The router that carries the route, and the one that stands by. */
async function serving(orrery: Orrery, route: string): Promise<[Router, Router]> {
  const { router, via } = await orrery.get(pathOf('networks', CAST.network, 'routes', route), KeptRoute);
  const one = via.find(({ host, container }) => router === `${host}/${container}`);
  const other = via.find((each) => each !== one);
  mustHold(one && other, `none of its two routers carries it (${router ?? 'nobody'})`, FIX);
  return [one, other];
}

async function removed({ orrery }: Scene, route: string): Promise<void> {
  const { commands } = await orrery.ask('DELETE', pathOf('networks', CAST.network, 'routes', route), RouteRemoved);
  for (const command of commands) await orrery.cameTrue(() => Promise.resolve(command), WITHIN_MS, command);
}

const prints = async (client: Toolbox, url: string): Promise<boolean> =>
  (await client.run('curl', '-sS', '--fail', '--max-time', '1', url)).stdout.includes('a printer');

const untilPrints = (client: Toolbox, url: string, and = () => Promise.resolve(true)) =>
  until(async () => (await prints(client, url)) && (await and()), {
    what: `curl ${url} from ${nodeOf(CAST.client)}`,
    ...{ withinMs: 30_000, everyMs: 100, fix: FIX },
  });

const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1);
