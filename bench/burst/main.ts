import { once } from 'node:events';
import type Docker from 'dockerode';
import { pause } from '@orrery/shared/runtime';
import { containerName } from '../../apps/agent/src/docker/labels.js';
import { HOST } from '../../test/docker/system/docker-system.js';
import { eventually } from '../../test/support/eventually.js';
import { createBare, removed, startByHand, type Ruled } from '../by-hand-node.js';
import { addressInKernel } from '../launch/kernel-address.js';
import { KEPT, KEPT_PREFIX, OwnRootLab } from '../own-root-lab.js';
import { runBench, say } from '../program.js';
import { spreadOf } from '../statistics.js';

const TEN = Array.from({ length: 10 }, (_, index) => index);
/** The number that an agent keeps for an hour after a burst. */
const WARM = { first: 3, grown: 12 };
const GOALS = { first: { median: 3_000 }, last: { median: 6_000 } };

/** Times until one launch has its address, in milliseconds. */
interface Took {
  all: number;
  /** Since the engine started its container: the cost of the rule for strangers, however busy the machine is. */
  started: number;
}

async function tookSince(begun: number, container: Docker.Container): Promise<Took> {
  const all = performance.now() - begun;
  const now = Date.now();
  const { State } = await container.inspect();
  return { all, started: now - Date.parse(State.StartedAt) };
}

/** Ten processes of `orrery launch --wait` at once, until each node has its address in the kernel. */
async function byOrrery(lab: OwnRootLab): Promise<Took[]> {
  const names = TEN.map(() => lab.nextName('burst'));
  const begun = performance.now();
  try {
    return await Promise.all(names.map((name) => launched(lab, name, begun)));
  } finally {
    for (const name of names) {
      const path = `/v1/hosts/${HOST}/containers/${name}`;
      await lab.world.system.done((await lab.world.system.change('DELETE', path)).id);
    }
  }
}

async function launched(lab: OwnRootLab, name: string, begun: number): Promise<Took> {
  const words = ['launch', name, '--host', HOST, '--network', KEPT, '--wait=90s'];
  const orrery = await lab.world.system.startCli(...words);
  const ended = once(orrery.child, 'close');
  const container = lab.docker.getContainer(containerName(name));
  const pidOf = async () => (await container.inspect().catch(() => undefined))?.State.Pid;
  const pid = await eventually(pidOf, { within: 90_000, every: 20, what: `${name} runs` });
  await addressInKernel(pid, KEPT_PREFIX);
  const took = await tookSince(begun, container);
  await ended;
  if (orrery.child.exitCode !== 0) throw new Error(`orrery ${words.join(' ')}: ${orrery.output}`);
  return took;
}

/** The same by a script; anything that can be prepared is not counted. */
async function byHand(lab: OwnRootLab, ruled: Ruled): Promise<Took[]> {
  const containers: Docker.Container[] = [];
  for (const _ of TEN) containers.push(await createBare(lab));
  const begun = performance.now();
  try {
    return await Promise.all(containers.map((one) => startByHand(lab, ruled, one).then(() => tookSince(begun, one))));
  } finally {
    await Promise.all(containers.map(removed));
  }
}

await runBench('burst: ten launches at once on one host', async ({ engine, figures, rounds, signal }) => {
  const agent = { ORRERY_WARM_IDENTITIES: String(WARM.first), ORRERY_START_SPACING_SECONDS: '2.1' };
  const lab = await OwnRootLab.open(engine, { agent });
  try {
    await lab.createNetwork();
    const ruled = await lab.startRuler();
    const note = (way: string, round: number, took: Took[], goals?: typeof GOALS) => {
      const { median = NaN, most = NaN } = spreadOf(took.map(({ all }) => all)) ?? {};
      say(
        `${round === 0 ? 'not counted' : `round ${round}`}  ${way}  median ${median.toFixed(0)}, last ${most.toFixed(0)} ms`,
      );
      if (round === 0) return;
      figures.add(`${way}: median of ten`, median, goals?.first);
      figures.add(`${way}: last of ten`, most, goals?.last);
      figures.add(`${way}: since its container was started, the longest`, Math.max(...took.map((one) => one.started)));
    };
    for (let round = 0; round <= rounds && !signal.aborted; round++) {
      for (const way of round % 2 === 0 ? ['orrery', 'by hand'] : ['by hand', 'orrery']) {
        await lab.calm(round === 0 ? WARM.first : WARM.grown);
        await pause(3_000, signal);
        try {
          if (way === 'orrery') note('orrery launch --wait', round, await byOrrery(lab), GOALS);
          else note('by hand', round, await byHand(lab, ruled));
        } catch (error) {
          figures.failures.push(`${way} in round ${round}: ${String(error)}`);
        }
      }
    }
  } finally {
    await lab.close();
  }
});
