import { pathOfTool } from '../engines/own-image.js';
import { CAST, nodeOf } from '../story/cast.js';
import type { Step } from '../story/step.js';
import { until } from '../story/until.js';
import { interfaceOf } from './interfaces-in-the-kernel.js';
import { PAGE_PORT } from './page-across-hosts.js';

export const mdns: Step = {
  name: 'mdns',
  title: 'mDNS: avahi finds the other host',
  async run(scene) {
    const { address, device } = await interfaceOf(scene, CAST.web);
    const [web, client] = [await scene.engines.besides(CAST.web), await scene.engines.besides(CAST.client)];
    const name = CAST.web.container;
    await web.leaveRunning(pathOfTool('avahi.sh'), 'advertise', device, name, String(PAGE_PORT));
    const found = await until(
      async () => {
        const { stdout } = await client.run(pathOfTool('avahi.sh'), 'browse', device);
        // =;zt…;IPv4;<name>;Web Site;local;<host name>;<address>;<port>;
        const lines = stdout.split('\n').map((line) => line.split(';'));
        return lines.find((line) => line[0] === '=' && line[1] === device && line[3] === name && line[7] === address);
      },
      {
        what: `${nodeOf(CAST.client)} finding the page of ${name} by mDNS`,
        withinMs: 45_000,
        fix: 'mDNS uses multicast to 224.0.0.251. Check the multicast limit: `docker compose exec api orrery network get demo`',
      },
    );
    return { detail: `avahi-browse: ${found[6] ?? ''} ${address}:${found[8] ?? ''}` };
  },
};
