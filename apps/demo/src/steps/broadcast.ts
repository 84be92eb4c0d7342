import { randomUUID } from 'node:crypto';
import { pathOfTool } from '../engines/own-image.js';
import type { Toolbox } from '../engines/toolbox.js';
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
    await answerBroadcasts(web);
    await answersBroadcast(client, { address, name: nodeOf(CAST.web) });
    return { detail: `${everybodyIn(address)}: ${address} answered` };
  },
};

/** A pool that Orrery chose is a /24. */
const everybodyIn = (address: string) => address.replace(/\d+$/, '255');

export const answerBroadcasts = (box: Toolbox): Promise<void> =>
  box.leaveRunning('node', pathOfTool('broadcast.mjs'), 'answer', PORT);

/** Broadcasts from a namespace until that node answers. */
export async function answersBroadcast(
  from: Toolbox,
  { address, name }: { address: string; name: string },
): Promise<void> {
  const text = randomUUID();
  await until(
    async () => {
      const words = ['call', everybodyIn(address), PORT, text, address];
      const { stdout } = await from.run('node', pathOfTool('broadcast.mjs'), ...words);
      return stdout.trim() === `${address} here, ${text}`;
    },
    {
      what: `an answer from ${name} to a broadcast`,
      withinMs: 75_000, // zerotier-one looks for the receivers of its packets once a minute
      fix: 'Check whether broadcast is on: `docker compose exec api orrery network get demo`',
    },
  );
}
