import { Controller, NetworkMade } from '@orrery/shared/contracts';
import type { Orrery } from '../orrery/orrery.js';
import { pathOf } from '../orrery/orrery.js';
import { CAST } from '../story/cast.js';
import { mustHold } from '../story/not-so.js';
import type { Step } from '../story/step.js';

/** Creates a network on the controller of the demo; `by` is its admission policy. */
export async function makeNetwork(orrery: Orrery, name: string, by: 'fleet' | 'manual'): Promise<NetworkMade> {
  const controllers = await orrery.list(pathOf('controllers'), Controller);
  const controller = controllers.find(({ host }) => host?.name === CAST.controllerHost)?.id;
  const body = { name, ...(controller ? { controller } : {}), admission: { by } };
  return orrery.ask('POST', pathOf('networks'), NetworkMade, { body });
}

export const privateNetwork: Step = {
  name: 'network',
  title: 'private network with a free pool',
  async run({ orrery, engines }) {
    const { id, name, config, checkedHosts } = await makeNetwork(orrery, CAST.network, 'fleet');
    const pool = config?.routes[0]?.target;
    mustHold(
      config?.private,
      `the network ${id} is not private`,
      'See `docker compose exec api orrery network get demo`.',
    );
    mustHold(pool, `the network ${id} has no pool`, 'See `docker compose exec api orrery network get demo`.');
    mustHold(
      (checkedHosts ?? 0) >= engines.hosts.length,
      `its pool was compared with the routes of only ${checkedHosts ?? 0} hosts`,
      'Agents report their routes with hello: see `docker compose logs agent-1`.',
    );
    return { detail: `${name} ${id}, ${pool}, overlaps no route of ${checkedHosts} hosts` };
  },
};
