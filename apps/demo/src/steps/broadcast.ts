import { randomUUID } from 'node:crypto';
import { pathOfTool } from '../engines/own-image.js';
import { CAST, nodeOf } from '../story/cast.js';
import type { Step } from '../story/step.js';
import { until } from '../story/until.js';
import { interfaceOf } from './interfaces-in-the-kernel.js';

const PORT = '9999';

export const broadcast: Step = {
  name: 'broadcast',
  title: 'broadcast reaches the other host',
  async run(scene) {
    const { address } = await interfaceOf(scene, CAST.web);
    const [web, client] = [await scene.engines.besides(CAST.web), await scene.engines.besides(CAST.client)];
    await web.leaveRunning('node', pathOfTool('broadcast.mjs'), 'answer', PORT);
    const everybody = address.replace(/\d+$/, '255'); // a pool that Orrery chose is a /24
    const text = randomUUID();
    await until(
      async () => {
        const { stdout } = await client.run('node', pathOfTool('broadcast.mjs'), 'call', everybody, PORT, text);
        return stdout.trim() === `${address} here, ${text}`;
      },
      {
        what: `an answer from ${nodeOf(CAST.web)} to a broadcast`,
        withinMs: 60_000, // zerotier-one looks for members of a multicast group only now and then
        fix: 'Check whether broadcast is on: `docker compose exec api orrery network get demo`',
      },
    );
    return { detail: `${everybody}: ${address} answered` };
  },
};
