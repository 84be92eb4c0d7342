import { pathOfTool } from '../engines/own-image.js';
import type { Toolbox } from '../engines/toolbox.js';
import { CAST } from '../story/cast.js';
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
    await advertise(web, device, name);
    const found = await findsByMdns(client, { device, address, name });
    return { detail: `avahi-browse: ${found[6] ?? ''} ${address}:${found[8] ?? ''}` };
  },
};

export const advertise = (box: Toolbox, device: string, name: string): Promise<void> =>
  box.leaveRunning(pathOfTool('avahi.sh'), 'advertise', device, name, String(PAGE_PORT));

/** Asks by mDNS from a namespace until it is told of that page; returns what it was told. */
export const findsByMdns = (
  from: Toolbox,
  page: { device: string; address: string; name: string },
): Promise<string[]> =>
  until(
    async () => {
      const { stdout } = await from.run(pathOfTool('avahi.sh'), 'browse', page.device);
      // =;zt…;IPv4;<name>;Web Site;local;<host name>;<address>;<port>;
      const lines = stdout.split('\n').map((line) => line.split(';'));
      return lines.find(
        (line) => line[0] === '=' && line[1] === page.device && line[3] === page.name && line[7] === page.address,
      );
    },
    {
      what: `an answer of ${page.name} to an mDNS query`,
      withinMs: 75_000,
      fix: 'mDNS uses multicast to 224.0.0.251. Check the multicast limit: `docker compose exec api orrery network get demo`',
    },
  );
