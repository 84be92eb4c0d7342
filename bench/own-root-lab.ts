import type Docker from 'dockerode';
import type { NetworkId } from '@orrery/shared/contracts';
import { LABEL } from '../apps/agent/src/docker/labels.js';
import { buildZtImage } from '../test/docker/orrery-zt/zt-image.js';
import { DockerSystem, HOST } from '../test/docker/system/docker-system.js';
import { LabController } from '../test/docker/system/lab-controller.js';
import { eventually } from '../test/support/eventually.js';
import type { LabEngine } from '../test/support/zerotier/lab-engine.js';

/** Name of the network that Orrery keeps, and how its addresses begin; the other one is kept by hand. */
export const KEPT = 'lab';
export const KEPT_PREFIX = '10.78.0.';
export const OWN_PREFIX = '10.77.0.';

export interface OwnRootOptions {
  /** False: the root does not hear of nodes before they start. */
  door?: boolean;
  agent?: Record<string, string>;
}

/** One engine, one Docker network, and on it all of Orrery with one host, beside an `orrery-zt root` of its own. */
export class OwnRootLab {
  private number = 0;

  private constructor(
    readonly world: DockerSystem,
    private readonly rootImage: string,
  ) {}

  static async open(engine: LabEngine, { door = true, agent = {} }: OwnRootOptions = {}): Promise<OwnRootLab> {
    const ownRoot = await buildZtImage(engine.docker, engine.image);
    const api: Record<string, string> = door ? {} : { ORRERY_ROOT_DOOR: '' };
    return new OwnRootLab(await DockerSystem.open(engine, { ownRoot, agent, api }), ownRoot);
  }

  get docker(): Docker {
    return this.world.docker;
  }

  /** A network that Orrery keeps, on a controller that it launches for it. */
  async createNetwork(): Promise<void> {
    await this.orrery('network', 'create', KEPT, '--on', HOST, '--pool', `${KEPT_PREFIX}0/24`);
  }

  /** A controller that a person rules, with a network on it. */
  async startRuler(): Promise<{ controller: LabController; network: NetworkId }> {
    const controller = new LabController(await this.world.world.startMember('ruler'));
    return { controller, network: await controller.network(OWN_PREFIX.slice(0, -1)) };
  }

  /** A name that no container had. */
  nextName(word: string): string {
    return this.world.name(`${word}-${++this.number}`);
  }

  async orrery(...words: string[]): Promise<void> {
    const { code, out } = await this.world.system.cli(...words);
    if (code !== 0) throw new Error(`orrery ${words.join(' ')}: ${out}`);
  }

  /** Resolves when so many identities are known to the API (and to the root, if it has a door), and none is being made. */
  async calm(identities: number): Promise<void> {
    const isCalm = async () => {
      const free = await this.world.system.sql(`SELECT 1 FROM identities WHERE state = 'free'`);
      const throwaway = await this.docker.listContainers({ all: true, filters: { label: [LABEL.throwaway] } });
      return free.length >= identities && throwaway.length === 0;
    };
    await eventually(isCalm, { within: 120_000, every: 200, what: `${identities} pre-generated identities` });
  }

  /** The agents go first: they would make again what is taken away. */
  async close(): Promise<void> {
    const { world } = this;
    const running = [...world.system.hosts.values()].filter(({ isRunning }) => isRunning);
    await Promise.all(running.map(({ process }) => process.kill()));
    const label = [`${LABEL.network}=${world.world.network}`];
    const left = await this.docker.listContainers({ all: true, filters: { label } }).catch(() => []);
    const remove = (id: string) => this.docker.getContainer(id).remove({ force: true, v: true });
    await Promise.all(left.map(({ Id }) => remove(Id).catch(() => undefined)));
    await world.close();
    await this.docker.getImage(this.rootImage).remove();
  }
}
