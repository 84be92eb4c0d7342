import type Docker from 'dockerode';
import { pause } from '@orrery/shared/runtime';
import { HOST } from '../../test/docker/system/docker-system.js';
import { eventually } from '../../test/support/eventually.js';
import { createBare, removed, startByHand, type Ruled } from '../by-hand-node.js';
import type { Figures } from '../figures.js';
import { addressInKernel } from '../launch/kernel-address.js';
import { KEPT, KEPT_PREFIX, OWN_PREFIX, OwnRootLab } from '../own-root-lab.js';
import { addressAt, answers } from '../ping.js';
import { runBench, say } from '../program.js';

const GOALS = { first: { median: 2_000 }, back: { median: 1_500 }, reach: { median: 3_000, most: 8_000 } };
/** By hand, a peer looks for a node in its old place for four minutes. */
const PATIENCE_MS = 260_000;
/** Longer than zerotier-one prefers a path that has become silent. */
const SETTLED_MS = 20_000;
const MOST_SQUATTERS = 4;
const HOME = '/var/lib/zerotier-one';

const pidOf = async (container: Docker.Container) => (await container.inspect()).State.Pid;

/** A container of somebody else that does nothing. */
function createWorkload(lab: OwnRootLab, name: string): Promise<Docker.Container> {
  return lab.docker.createContainer({
    name,
    Image: lab.world.world.image,
    Entrypoint: ['sleep'],
    Cmd: ['3600'],
    Labels: { 'orrery.network': KEPT },
    HostConfig: { NetworkMode: lab.world.world.network, Init: true },
  });
}

/** One way to have a workload in a network; `peer` is a node of the same network. */
interface Way {
  name: string;
  prefix: string;
  peer: Docker.Container;
  /** Before the workload exists. */
  prepare?(workload: string): Promise<void>;
  /** After the workload was started, restarted or made anew. */
  follow(workload: Docker.Container, what: What): Promise<void>;
  end(workload: string): Promise<void>;
}
type What = 'first attach' | 'restart' | 'made anew' | 'made anew elsewhere';

class ByHand implements Way {
  readonly name = 'by hand';
  readonly prefix = OWN_PREFIX;
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

class ByOrrery implements Way {
  readonly name = 'orrery';
  readonly prefix = KEPT_PREFIX;

  constructor(
    private readonly lab: OwnRootLab,
    readonly peer: Docker.Container,
  ) {}

  async prepare(workload: string): Promise<void> {
    await this.lab.calm(1);
    await this.lab.orrery('attach', HOST, workload, '--network', KEPT, '--name', workload);
  }

  follow(): Promise<void> {
    return Promise.resolve();
  }

  async end(workload: string): Promise<void> {
    await this.lab.orrery('detach', `${HOST}/${workload}`, '--yes', '--forget', '--wait=30s');
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
    await way.prepare?.(name);
    const start = async () => {
      workload = await createWorkload(lab, name);
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
    for (let at = 0; at < MOST_SQUATTERS; at++) squatters.push(await createWorkload(lab, `${name}-squatter-${at}`));
    await measure(way, figures, 'made anew elsewhere', async () => {
      await workload?.remove({ force: true, v: true });
      await takeAddress(lab, squatters, before);
      return start();
    });
  } catch (error) {
    figures.failures.push(`${way.name}: ${String(error)}`);
  } finally {
    await way.end(name).catch((error: unknown) => figures.failures.push(`${way.name}, at its end: ${String(error)}`));
    await workload?.remove({ force: true, v: true });
    await Promise.all(squatters.map((squatter) => squatter.remove({ force: true, v: true })));
  }
}

/** A node that Orrery attached to a workload of its own. */
async function attachedPeer(lab: OwnRootLab, bare: Docker.Container[]): Promise<Docker.Container> {
  const name = lab.nextName('peer');
  const workload = await createWorkload(lab, name);
  bare.push(workload);
  await workload.start();
  await lab.orrery('attach', HOST, name, '--network', KEPT, '--name', name, '--wait=90s');
  return workload;
}

await runBench(
  'attach: a workload in a network, from its start, restart and re-creation',
  async ({ engine, figures, rounds, signal }) => {
    const lab = await OwnRootLab.open(engine, { agent: { ORRERY_WARM_IDENTITIES: '3' } });
    const bare: Docker.Container[] = [];
    try {
      await lab.createNetwork();
      const attached = await attachedPeer(lab, bare);
      const ruled = await lab.startRuler();
      const peer = await createBare(lab);
      bare.push(peer);
      await startByHand(lab, ruled, peer);
      const ways = [new ByOrrery(lab, attached), new ByHand(lab, ruled, peer)];
      for (let at = 0; at < rounds && !signal.aborted; at++)
        for (const way of at % 2 === 0 ? ways : ways.toReversed()) {
          await pause(3_000, signal);
          await round(lab, way, figures);
        }
    } finally {
      await Promise.all(bare.map((container) => container.remove({ force: true, v: true }).catch(() => undefined)));
      await lab.close();
    }
  },
);
