import { Interface } from '@orrery/shared/contracts';
import { pathOf } from '../orrery/orrery.js';
import { CAST, nodeOf, type Part } from '../story/cast.js';
import { mustHold } from '../story/not-so.js';
import type { Scene } from '../story/scene.js';
import type { Step } from '../story/step.js';
import { until } from '../story/until.js';
import { interfaceOf } from './interfaces-in-the-kernel.js';

const FIX = 'See `docker compose exec api orrery findings`, and `docker compose logs root` for the root.';

/** Pings until the first answer; returns the average time of three. */
export async function ping(scene: Scene, from: Part, to: string): Promise<string> {
  const toolbox = await scene.engines.besides(from);
  return until(
    async () => {
      const { code, stdout } = await toolbox.run('ping', '-n', '-c', '3', '-i', '0.2', '-W', '1', to);
      return code === 0 && /min\/avg\/max\/mdev = [\d.]+\/([\d.]+)/.exec(stdout)?.[1];
    },
    { what: `ping from ${nodeOf(from)} to ${to}`, withinMs: 30_000, fix: FIX },
  );
}

export const pingBothWays: Step = {
  name: 'ping',
  title: 'ping both ways across hosts',
  async run(scene) {
    const [client, web] = [await interfaceOf(scene, CAST.client), await interfaceOf(scene, CAST.web)];
    const there = await ping(scene, CAST.client, web.address);
    const back = await ping(scene, CAST.web, client.address);
    // The control: no node has this address, so this reveals a ping that always succeeds.
    const toolbox = await scene.engines.besides(CAST.client);
    const all = await scene.orrery.list(pathOf('interfaces'), Interface, { network: CAST.network });
    const taken = all.flatMap(({ addresses }) => addresses.map((one) => one.split('/')[0]));
    const candidates = Array.from({ length: 254 }, (_, index) => web.address.replace(/\d+$/, String(254 - index)));
    const nobody = candidates.find((one) => !taken.includes(one)) ?? '';
    const { code } = await toolbox.run('ping', '-n', '-c', '1', '-W', '1', nobody);
    mustHold(code !== 0, `${nobody} also answers, although no node has it`, FIX);
    return { detail: `${client.address} → ${web.address} ${there} ms, back ${back} ms` };
  },
};
