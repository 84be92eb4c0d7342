import type { NetworkId } from '@orrery/shared/contracts';
import { LABEL } from '../../apps/agent/src/docker/labels.js';
import { DockerSystem, HOST } from '../../test/docker/system/docker-system.js';
import { LabController } from '../../test/docker/system/lab-controller.js';
import { eventually } from '../../test/support/eventually.js';
import type { LabEngine } from '../../test/support/zerotier/lab-engine.js';
import { EngineClock } from './engine-clock.js';

/** The host whose agent does not pre-generate identities. */
const COLD_HOST = 'cold';
export const HOST_OF = { warm: HOST, cold: COLD_HOST } as const;

const WARM_IDENTITIES = 3;
/** Name of the network that Orrery keeps on a controller that it launched. */
export const KEPT = 'lab';
export const KEPT_PREFIX = '10.78.0.';
/** Address prefix of the network kept by hand on its own controller. */
export const OWN_PREFIX = '10.77.0.';

/**
 * The environment for measurements: one engine, one Docker network, a root, and two agents of one Orrery, one of which
 * pre-generates identities. Besides Orrery's controller, there is one of the same image that is managed by hand.
 */
export class LaunchLab {
  private number = 0;

  private constructor(
    readonly world: DockerSystem,
    readonly image: string,
    readonly clock: EngineClock,
    /**
     * The controller for work by hand, with a network on it. Like Orrery's own, it is not a root; nodes find both
     * through the root.
     */
    readonly controller: LabController,
    readonly own: NetworkId,
  ) {}

  static async open(engine: LabEngine): Promise<LaunchLab> {
    const agent = { ORRERY_WARM_IDENTITIES: String(WARM_IDENTITIES) };
    const world = await DockerSystem.open(engine, { agent });
    const clock = await EngineClock.open(engine.docker);
    try {
      const cold = await world.system.addHost(COLD_HOST, { ORRERY_WARM_IDENTITIES: '0' });
      await cold.start();
      await world.system.presence(COLD_HOST, 'online');
      const pool = `${KEPT_PREFIX}0/24`;
      const { code, out } = await world.system.cli('network', 'create', KEPT, '--on', HOST, '--pool', pool);
      if (code !== 0) throw new Error(`no network was created: ${out}`);
      const controller = new LabController(await world.world.startMember('ruler'));
      const own = await controller.network(OWN_PREFIX.slice(0, -1));
      return new LaunchLab(world, engine.image, clock, controller, own);
    } catch (error) {
      await closed(world, clock);
      throw error;
    }
  }

  /** A name that no container has had. */
  nextName(word: string): string {
    return this.world.name(`${word}-${++this.number}`);
  }

  /** Resolves when the API knows as many identities as required and none is being generated. */
  async calm(signal: AbortSignal): Promise<void> {
    const isCalm = async () => {
      if (signal.aborted) return true;
      const free = await this.world.system.sql(`SELECT 1 FROM identities WHERE state = 'free'`);
      const filters = { label: [LABEL.throwaway] };
      const throwaway = await this.world.docker.listContainers({ all: true, filters });
      return free.length === WARM_IDENTITIES && throwaway.length === 0;
    };
    await eventually(isCalm, { within: 90_000, every: 200, what: `${WARM_IDENTITIES} pre-generated identities` });
  }

  close(): Promise<void> {
    return closed(this.world, this.clock);
  }
}

/** Stops the agents first, because they would recreate whatever is removed. */
async function closed(world: DockerSystem, clock: EngineClock): Promise<void> {
  clock.close();
  const running = [...world.system.hosts.values()].filter(({ isRunning }) => isRunning);
  await Promise.all(running.map(({ process }) => process.kill()));
  const label = [`${LABEL.network}=${world.world.network}`];
  const left = await world.docker.listContainers({ all: true, filters: { label } }).catch(() => []);
  const remove = (id: string) => world.docker.getContainer(id).remove({ force: true, v: true });
  await Promise.all(left.map(({ Id }) => remove(Id).catch(() => undefined)));
  await world.close();
}
