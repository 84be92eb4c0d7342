import type Docker from 'dockerode';
import { pause } from '@orrery/shared/runtime';
import { eventually } from '../../test/support/eventually.js';
import { createBare, removed, startByHand, type Ruled } from '../by-hand-node.js';
import type { Figures } from '../figures.js';
import { addressInKernel } from '../launch/kernel-address.js';
import { KEPT, KEPT_PREFIX, OWN_PREFIX, OwnRootLab } from '../own-root-lab.js';
import { addressAt, answers } from '../ping.js';
import { runBench, say } from '../program.js';

const GOALS = {
  first: { median: 2_000 },
  back: { median: 1_500 },
  reach: { median: 3_000, most: 8_000 },
  project: { most: 6_000 },
};
/** By hand, a peer looks for a node in its old place for four minutes. */
const PATIENCE_MS = 260_000;
/** Longer than zerotier-one prefers a path that has become silent. */
const SETTLED_MS = 20_000;
const MOST_SQUATTERS = 4;
const HOME = '/var/lib/zerotier-one';

const pidOf = async (container: Docker.Container) => (await container.inspect()).State.Pid;

const LABEL: Record<string, string> = { 'orrery.network': KEPT };
/** Services of one project that come up at once. */
const AT_ONCE = 5;

/** A container of somebody else that does nothing. */
function createWorkload(lab: OwnRootLab, name: string, labels = LABEL): Promise<Docker.Container> {
  return lab.docker.createContainer({
    name,
    Image: lab.world.world.image,
    Entrypoint: ['sleep'],
    Cmd: ['3600'],
    Labels: labels,
    HostConfig: { NetworkMode: lab.world.world.network, Init: true },
  });
}

/** One way to have a workload in a network; `peer` is a node of the same network. */
interface Way {
  name: string;
  prefix: string;
  labels: Record<string, string>;
  peer: Docker.Container;
  /** Before the workload exists. */
  prepare?(): Promise<void>;
  /** After the workload was started, restarted or made anew. */
  follow(workload: Docker.Container, what: What): Promise<void>;
  end(): Promise<void>;
}
type What = 'first attach' | 'restart' | 'made anew' | 'made anew elsewhere';

class ByHand implements Way {
  readonly name = 'by hand';
  readonly prefix = OWN_PREFIX;
  readonly labels = {};
  private sidecar: Docker.Container | undefined;

  constructor(
    private readonly lab: OwnRootLab,
    private readonly ruled: Ruled,
    readonly peer: Docker.Container,
  ) {}

  async follow(workload: Docker.Container, what: What): Promise<void> {
    const { sidecar } = this;
    if (what === 'first attach' || !sidecar) {
      this.sidecar = await createBare(this.lab, workload.id);
      return startByHand(this.lab, this.ruled, this.sidecar, workload);
    }
    await sidecar.kill().catch(() => undefined);
    if (what === 'restart') {
      await sidecar.wait();
      await sidecar.start();
      return;
    }
    const home = await sidecar.getArchive({ path: HOME });
    this.sidecar = await createBare(this.lab, workload.id);
    await this.sidecar.putArchive(home, { path: '/var/lib' });
    await this.sidecar.start();
    await removed(sidecar);
  }

  async end(): Promise<void> {
    if (this.sidecar) await removed(this.sidecar);
    this.sidecar = undefined;
  }
}

/** Its label alone attaches the workload, and it is gone with the workload. */
class ByLabel implements Way {
  readonly name = 'orrery';
  readonly prefix = KEPT_PREFIX;
  readonly labels = LABEL;

  constructor(
    private readonly lab: OwnRootLab,
    readonly peer: Docker.Container,
  ) {}

  prepare(): Promise<void> {
    return this.lab.calm(1);
  }

  follow(): Promise<void> {
    return Promise.resolve();
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

/** From what somebody does to the workload until it has its address, and until its peer has an answer from it. */
async function measure(way: Way, figures: Figures, what: What, act: () => Promise<Docker.Container>) {
  const begun = performance.now();
  const workload = await act();
  const followed = way.follow(workload, what);
  followed.catch(() => undefined);
  const pid = await pidOf(workload);
  await addressInKernel(pid, way.prefix);
  figures.add(`${way.name}, ${what}: address`, performance.now() - begun, goalOf(way, what));
  const [address, from] = [await addressAt(pid, way.prefix), await pidOf(way.peer)];
  await eventually(() => answers(from, address), { within: PATIENCE_MS, every: 20, what: 'an answer to a ping' });
  figures.add(`${way.name}, ${what}: reached`, performance.now() - begun, reachGoalOf(way, what));
  await followed;
  say(`${way.name}  ${what}  ${(performance.now() - begun).toFixed(0)} ms`);
}

const goalOf = (way: Way, what: What) =>
  way instanceof ByHand ? undefined : what === 'first attach' ? GOALS.first : GOALS.back;
const reachGoalOf = (way: Way, what: What) =>
  way instanceof ByHand || what === 'first attach' ? undefined : GOALS.reach;

/** The engine gives each container the lowest free address, which can be another one than the workload's. */
async function takeAddress(lab: OwnRootLab, squatters: Docker.Container[], address: string | undefined): Promise<void> {
  for (const squatter of squatters) {
    await squatter.start();
    if ((await lab.world.world.ipOf(squatter)) === address) return;
  }
}

/** The life of one workload. */
async function round(lab: OwnRootLab, way: Way, figures: Figures): Promise<void> {
  const name = lab.nextName('workload');
  let workload: Docker.Container | undefined;
  const squatters: Docker.Container[] = [];
  try {
    await way.prepare?.();
    const start = async () => {
      workload = await createWorkload(lab, name, way.labels);
      await workload.start();
      return workload;
    };
    await measure(way, figures, 'first attach', start);
    await pause(3_000);
    await measure(way, figures, 'restart', async () => {
      await workload?.restart({ t: 0 });
      return workload as Docker.Container;
    });
    await pause(3_000);
    await measure(way, figures, 'made anew', async () => {
      await workload?.remove({ force: true, v: true });
      return start();
    });
    await pause(SETTLED_MS);
    const before = workload && (await lab.world.world.ipOf(workload));
    for (let at = 0; at < MOST_SQUATTERS; at++) squatters.push(await createWorkload(lab, `${name}-squatter-${at}`, {}));
    await measure(way, figures, 'made anew elsewhere', async () => {
      await workload?.remove({ force: true, v: true });
      await takeAddress(lab, squatters, before);
      return start();
    });
  } catch (error) {
    figures.failures.push(`${way.name}: ${String(error)}`);
  } finally {
    await way.end().catch((error: unknown) => figures.failures.push(`${way.name}, at its end: ${String(error)}`));
    await workload?.remove({ force: true, v: true });
    await Promise.all(squatters.map((squatter) => squatter.remove({ force: true, v: true })));
  }
}

/** A workload with a node of Orrery, to ask from. */
async function attachedPeer(lab: OwnRootLab, bare: Docker.Container[]): Promise<Docker.Container> {
  const workload = await createWorkload(lab, lab.nextName('peer'));
  bare.push(workload);
  await workload.start();
  await addressInKernel(await pidOf(workload), KEPT_PREFIX);
  return workload;
}

/** The services of a project come up: from the start of the first until the last has its address. */
async function projectAtOnce(lab: OwnRootLab, figures: Figures): Promise<void> {
  await lab.calm(AT_ONCE);
  const names = Array.from({ length: AT_ONCE }, () => lab.nextName('service'));
  const services = await Promise.all(names.map((name) => createWorkload(lab, name)));
  try {
    const begun = performance.now();
    await Promise.all(services.map((service) => service.start()));
    const pids = await Promise.all(services.map(pidOf));
    await Promise.all(pids.map((pid) => addressInKernel(pid, KEPT_PREFIX)));
    figures.add(`orrery, ${AT_ONCE} services at once: the last address`, performance.now() - begun, GOALS.project);
  } catch (error) {
    figures.failures.push(`a project: ${String(error)}`);
  } finally {
    await Promise.all(services.map((service) => service.remove({ force: true, v: true })));
  }
}

await runBench(
  'attach: a workload in a network, from its start, restart and re-creation',
  async ({ engine, figures, rounds, signal }) => {
    const lab = await OwnRootLab.open(engine, { agent: { ORRERY_WARM_IDENTITIES: String(AT_ONCE) } });
    const bare: Docker.Container[] = [];
    try {
      await lab.createNetwork();
      await lab.orrery('network', 'set', KEPT, '--labels', 'on');
      await lab.calm(AT_ONCE);
      const attached = await attachedPeer(lab, bare);
      const ruled = await lab.startRuler();
      const peer = await createBare(lab);
      bare.push(peer);
      await startByHand(lab, ruled, peer);
      const ways = [new ByLabel(lab, attached), new ByHand(lab, ruled, peer)];
      for (let at = 0; at < rounds && !signal.aborted; at++) {
        for (const way of at % 2 === 0 ? ways : ways.toReversed()) {
          await pause(3_000, signal);
          await round(lab, way, figures);
        }
        await projectAtOnce(lab, figures);
      }
    } finally {
      await Promise.all(bare.map((container) => container.remove({ force: true, v: true }).catch(() => undefined)));
      await lab.close();
    }
  },
);
