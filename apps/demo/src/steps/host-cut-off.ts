import { lookup } from 'node:dns/promises';
import { Host } from '@orrery/shared/contracts';
import type { Toolbox } from '../engines/toolbox.js';
import { pathOf } from '../orrery/orrery.js';
import { CAST } from '../story/cast.js';
import { mustHold } from '../story/not-so.js';
import type { Scene } from '../story/scene.js';
import type { Step } from '../story/step.js';
import { until } from '../story/until.js';
import { interfaceOf } from './interfaces-in-the-kernel.js';
import { launch } from './launched-admitted.js';
import { ping } from './ping-both-ways.js';

/** A host counts as unreachable after three missed heartbeats. */
const AWAY_MS = 60_000;

export const hostCutOff: Step = {
  name: 'cut-off',
  title: 'host cut off, command queued, host back',
  async run(scene) {
    const { host } = CAST.late;
    const toolbox = await scene.engines.onHost(host);
    const servers = await addressesOf(scene.config.servers);
    let command;
    await Promise.all(servers.map((address) => route(toolbox, 'add', address)));
    try {
      await presence(scene, host, 'unreachable', AWAY_MS);
      const { address } = await interfaceOf(scene, CAST.web);
      await ping(scene, CAST.client, address);
      command = await launch(scene.orrery, CAST.late, { networks: [CAST.network] });
      mustHold(
        command.state === 'queued',
        `the command for ${host} is ${command.state}, but should be queued`,
        `See \`docker compose exec api orrery command get ${command.id}\`.`,
      );
    } finally {
      await Promise.all(servers.map((address) => route(toolbox, 'del', address)));
    }
    const back = performance.now();
    await scene.orrery.cameTrue(() => launch(scene.orrery, CAST.late, { networks: [CAST.network] }), 120_000, command);
    await presence(scene, host, 'online', 30_000);
    const after = ((performance.now() - back) / 1000).toFixed(1);
    return {
      detail: `${host} was unreachable, its nodes were not; ${CAST.late.container} was done ${after} s after the host was back`,
    };
  },
};

/** Agent and engine share the network namespace of the host, so a blackhole route acts like a pulled cable. */
async function route(toolbox: Toolbox, action: 'add' | 'del', address: string): Promise<void> {
  const { code, stderr } = await toolbox.run('ip', 'route', action, 'blackhole', `${address}/32`);
  const isSoAlready = /File exists|No such process/.test(stderr);
  mustHold(
    code === 0 || isSoAlready,
    `ip route ${action} blackhole ${address}: ${stderr.trim()}`,
    'See `docker compose logs` of its engine.',
  );
}

async function addressesOf(names: string[]): Promise<string[]> {
  const found = await Promise.all(names.map((name) => lookup(name, { all: true, family: 4 }).catch(() => [])));
  const addresses = [...new Set(found.flat().map(({ address }) => address))];
  mustHold(
    addresses.length > 0,
    `none of ${names.join(', ')} has an address here`,
    'Check with `docker compose ps` that they are running.',
  );
  return addresses;
}

const presence = ({ orrery }: Scene, host: string, wanted: string, withinMs: number) =>
  until(async () => (await orrery.get(pathOf('hosts', host), Host)).presence === wanted, {
    what: `${host} ${wanted}`,
    withinMs,
    fix: `See \`docker compose exec api orrery host get ${host}\`, and \`docker compose logs\` of its agent.`,
  });
