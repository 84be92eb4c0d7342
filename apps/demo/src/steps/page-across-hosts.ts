import { randomUUID } from 'node:crypto';
import { pathOfTool } from '../engines/own-image.js';
import { CAST, nodeOf } from '../story/cast.js';
import type { Step } from '../story/step.js';
import { until } from '../story/until.js';
import { interfaceOf } from './interfaces-in-the-kernel.js';

export const PAGE_PORT = 8000;

export const pageAcrossHosts: Step = {
  name: 'page',
  title: 'curl fetches a page from the other host',
  async run(scene) {
    const { address } = await interfaceOf(scene, CAST.web);
    const text = `page ${randomUUID()} of ${nodeOf(CAST.web)}`;
    const [web, client] = [await scene.engines.besides(CAST.web), await scene.engines.besides(CAST.client)];
    await web.leaveRunning('node', pathOfTool('page.mjs'), address, String(PAGE_PORT), text);
    const url = `http://${address}:${PAGE_PORT}/`;
    await until(async () => (await client.run('curl', '-sS', '--max-time', '2', url)).stdout.trim() === text, {
      what: `curl ${url} from ${nodeOf(CAST.client)}`,
      withinMs: 20_000,
      fix: 'If ping works and this does not, check the MTU: `docker compose exec api orrery network get demo`',
    });
    return { detail: `${nodeOf(CAST.client)} read ${url}` };
  },
};
