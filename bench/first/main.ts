import { pause } from '@orrery/shared/runtime';
import { containerName } from '../../apps/agent/src/docker/labels.js';
import { HOST } from '../../test/docker/system/docker-system.js';
import { createBare, removed, startByHand } from '../by-hand-node.js';
import { addressInKernel } from '../launch/kernel-address.js';
import { KEPT, KEPT_PREFIX, OwnRootLab } from '../own-root-lab.js';
import { runBench, say } from '../program.js';

const GOAL = { median: 4_000 };
const WARM = 3;

/** From `orrery network create`, which launches a controller, to the address of the first launch after it. */
async function byOrrery(lab: OwnRootLab): Promise<[network: number, address: number]> {
  const begun = performance.now();
  await lab.createNetwork();
  const network = performance.now() - begun;
  const name = lab.nextName('first');
  await lab.orrery('launch', name, '--host', HOST, '--network', KEPT, '--wait=90s');
  const { State } = await lab.docker.getContainer(containerName(name)).inspect();
  await addressInKernel(State.Pid, KEPT_PREFIX);
  return [network, performance.now() - begun];
}

/** A controller, a network on it and a node, by a script. */
async function byHand(lab: OwnRootLab): Promise<number> {
  const bare = await createBare(lab);
  const begun = performance.now();
  try {
    await startByHand(lab, await lab.startRuler(), bare);
    return performance.now() - begun;
  } finally {
    await removed(bare);
  }
}

/** Each round has its own installation, whose host has pre-generated its identities. */
await runBench(
  'first: network, controller and launch on a fresh installation',
  async ({ engine, figures, rounds, signal }) => {
    const agent = { ORRERY_WARM_IDENTITIES: String(WARM), ORRERY_START_SPACING_SECONDS: '2.1' };
    for (let round = 0; round <= rounds && !signal.aborted; round++) {
      const lab = await OwnRootLab.open(engine, { agent });
      try {
        for (const way of round % 2 === 0 ? ['orrery', 'by hand'] : ['by hand', 'orrery']) {
          await lab.calm(WARM);
          await pause(3_000, signal);
          if (way === 'by hand') {
            const took = await byHand(lab);
            say(`round ${round}  by hand  ${took.toFixed(0)} ms`);
            if (round > 0) figures.add('by hand: controller, network, first address', took);
            continue;
          }
          const [network, address] = await byOrrery(lab);
          say(`round ${round}  orrery  network ${network.toFixed(0)}, address ${address.toFixed(0)} ms`);
          if (round === 0) continue;
          figures.add('orrery network create, with its controller', network);
          figures.add('… and launch: from the first word to the address', address, GOAL);
        }
      } catch (error) {
        figures.failures.push(`round ${round}: ${String(error)}`);
      } finally {
        await lab.close();
      }
    }
  },
);
