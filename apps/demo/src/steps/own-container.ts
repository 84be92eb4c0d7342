import { Container } from '@orrery/shared/contracts';
import { pathOf } from '../orrery/orrery.js';
import { CAST } from '../story/cast.js';
import { mustHold } from '../story/not-so.js';
import type { Scene } from '../story/scene.js';
import type { Step } from '../story/step.js';
import { until } from '../story/until.js';
import { interfaceOf } from './interfaces-in-the-kernel.js';

const { host, container: name } = CAST.workload;
const FIX = `See \`docker compose exec api orrery container get ${host}/${name}\`, and docs/attach.md.`;

/** Pings from the workload itself, until the first answer; returns the address that it has in the network. */
async function reaches({ engines }: Scene, to: string, own: string): Promise<void> {
  await until(
    async () => {
      const { stdout } = await engines.of(host).run(name, ['ip', '-o', '-4', 'addr']);
      const { code } = await engines.of(host).run(name, ['ping', '-n', '-c', '1', '-W', '1', to]);
      return code === 0 && stdout.includes(`inet ${own}/`);
    },
    { what: `${name} has ${own} and reaches ${to}`, withinMs: 45_000, fix: FIX },
  );
}

export const ownContainer: Step = {
  name: 'attach',
  title: 'a container of your own joins, and stays in after a restart',
  async run(scene) {
    const { orrery, engines } = scene;
    const { address: to } = await interfaceOf(scene, CAST.web);
    await engines.startWorkload(CAST.workload, { 'orrery.network': CAST.network });
    const body = { workload: name, networks: [CAST.network] };
    await orrery.cameTrue(() => orrery.change('POST', pathOf('hosts', host, 'attachments'), { body }), 60_000);
    const { workload } = await orrery.get(pathOf('hosts', host, 'attachments', name), Container);
    mustHold(workload === name, `it is an attachment of ${workload ?? 'nothing'}`, FIX);
    const { address } = await interfaceOf(scene, CAST.workload);
    await reaches(scene, to, address);
    const begun = performance.now();
    await engines.of(host).restart(name);
    await reaches(scene, to, address);
    const took = ((performance.now() - begun) / 1000).toFixed(1);
    return { detail: `${name} on ${host}: ${address} → ${to}, and again ${took} s after docker restart` };
  },
};
