import type { NetworkId } from '@orrery/shared/contracts';
import { LABEL } from '../../apps/agent/src/docker/labels.js';
import { DockerSystem, HOST } from '../../test/docker/system/docker-system.js';
import { LabController } from '../../test/docker/system/lab-controller.js';
import { eventually } from '../../test/support/eventually.js';
import type { LabEngine } from '../../test/support/zerotier/lab-engine.js';
import { EngineClock } from './engine-clock.js';

/** Its agent makes no identities ahead. */
const COLD_HOST = 'cold';
export const HOST_OF = { warm: HOST, cold: COLD_HOST } as const;

const WARM_IDENTITIES = 3;
/** Name of the network that Orrery keeps, on a controller that it launched. */
export const KEPT = 'lab';
export const KEPT_PREFIX = '10.78.0.';
/** Addresses of the network that a person keeps, on a controller of theirs. */
export const OWN_PREFIX = '10.77.0.';

/**
 * What is measured in: one engine, one Docker network, a root, and on it two agents of one Orrery, of which one makes identities
 * ahead. Beside Orrery's controller stands one that a person rules, of the same image.
 */
export class LaunchLab {
  private number = 0;

  private constructor(
    readonly world: DockerSystem,
    readonly image: string,
    readonly clock: EngineClock,
    /** The controller of who works by hand, and a network on it. As little a root as Orrery's own: a node that knows its root finds both by it. */
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

  /** A name that no container had. */
  nextName(word: string): string {
    return this.world.name(`${word}-${++this.number}`);
  }

  /** Resolves when nobody makes identities: as many as are wanted are known to the API, and none is under way. */
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

/** The agents go first: they would make again what is taken away. */
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
