import { Interface } from '@orrery/shared/contracts';
import { z } from 'zod';
import { pathOf } from '../orrery/orrery.js';
import { CAST, nodeOf, type Part } from '../story/cast.js';
import { mustHold } from '../story/not-so.js';
import type { Scene } from '../story/scene.js';
import type { Step } from '../story/step.js';
import { until } from '../story/until.js';

/** `ip -j addr`, of each device. */
const Link = z.object({
  ifname: z.string(),
  flags: z.array(z.string()),
  addr_info: z.array(z.object({ family: z.string(), local: z.string(), prefixlen: z.number() })),
});

/** The interface of a node in the network of the demo, as the host's kernel reported it to Orrery. */
export async function interfaceOf({ orrery }: Scene, part: Part): Promise<{ device: string; address: string }> {
  return until(
    async () => {
      const query = { node: nodeOf(part), network: CAST.network };
      const [found] = await orrery.list(pathOf('interfaces'), Interface, query);
      const address = found?.addresses.find((one) => !one.includes(':'))?.split('/')[0];
      return found && address && found.up ? { device: found.device, address } : undefined;
    },
    {
      what: `an interface of ${nodeOf(part)} with an address`,
      withinMs: 20_000,
      fix: `Run the steps before this one. See \`docker compose exec api orrery interfaces --node ${nodeOf(part)}\`.`,
    },
  );
}

export const interfacesInTheKernel: Step = {
  name: 'interfaces',
  title: 'interfaces and addresses, as the kernel shows them',
  async run(scene) {
    const lines = await Promise.all([CAST.client, CAST.web].map((part) => compare(scene, part)));
    return { detail: 'Orrery and ip agree in both network namespaces', lines };
  },
};

async function compare(scene: Scene, part: Part): Promise<string> {
  const { device, address } = await interfaceOf(scene, part);
  const toolbox = await scene.engines.besides(part);
  const { stdout } = await toolbox.run('ip', '-j', 'addr', 'show', 'dev', device);
  const [link] = z.array(Link).parse(JSON.parse(stdout || '[]'));
  const shown = link?.addr_info.filter(({ family }) => family === 'inet') ?? [];
  mustHold(
    link?.flags.includes('UP') && shown.some(({ local }) => local === address),
    `Orrery reports ${address} on ${device} of ${nodeOf(part)}, but the kernel shows ${shown.map(({ local }) => local).join(', ') || 'nothing'}`,
    'See `docker compose exec api orrery explain interface`.',
  );
  return `${nodeOf(part)}: ${device} ${address}/${shown[0]?.prefixlen ?? ''}`;
}
