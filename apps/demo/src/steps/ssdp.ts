import { pathOfTool } from '../engines/own-image.js';
import { CAST, nodeOf } from '../story/cast.js';
import type { Step } from '../story/step.js';
import { until } from '../story/until.js';
import { interfaceOf } from './interfaces-in-the-kernel.js';

export const ssdp: Step = {
  name: 'ssdp',
  title: 'SSDP: an M-SEARCH is answered across hosts',
  async run(scene) {
    const { address } = await interfaceOf(scene, CAST.web);
    const own = await interfaceOf(scene, CAST.client);
    const [web, client] = [await scene.engines.besides(CAST.web), await scene.engines.besides(CAST.client)];
    const name = CAST.web.container;
    await web.leaveRunning('node', pathOfTool('ssdp-device.mjs'), address, name);
    const location = `http://${address}:8000/${name}.xml`;
    await until(async () => (await client.run('upnp-listdevices', '-m', own.address)).stdout.includes(location), {
      what: `${nodeOf(CAST.client)} finding the device of ${name} by SSDP`,
      withinMs: 45_000,
      fix: 'SSDP uses multicast to 239.255.255.250. Check the multicast limit: `docker compose exec api orrery network get demo`',
    });
    return { detail: `upnp-listdevices: ${location}` };
  },
};
