import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { NetworkId } from '@orrery/shared/contracts';
import { pause } from '@orrery/shared/runtime';
import { LABEL } from '../apps/agent/src/docker/labels.js';
import { buildZtImage } from '../test/docker/orrery-zt/zt-image.js';
import { DockerSystem, HOST } from '../test/docker/system/docker-system.js';
import { LabController } from '../test/docker/system/lab-controller.js';
import { eventually } from '../test/support/eventually.js';
import type { LabEngine } from '../test/support/zerotier/lab-engine.js';

/** Name and address prefix of the network that Orrery keeps; the other network is kept by hand. */
export const KEPT = 'lab';
export const KEPT_PREFIX = '10.78.0.';
export const OWN_PREFIX = '10.77.0.';

/** Longer than `INTRODUCED_AFTER_MS` in the agent's stranger-turns.ts. */
const RELIED_ON_MS = 6_000;

export interface OwnRootOptions {
  /** False: the root does not know nodes before they start. */
  door?: boolean;
  agent?: Record<string, string>;
}

/** One engine with one Docker network for all of Orrery, one host and an `orrery-zt root`. */
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

  /** A controller managed by hand, with a network on it. */
  async startRuler(): Promise<{ controller: LabController; network: NetworkId }> {
    const controller = new LabController(await this.world.world.startMember('ruler'));
    return { controller, network: await controller.network(OWN_PREFIX.slice(0, -1)) };
  }

  /** A name that no container has had. */
  nextName(word: string): string {
    return this.world.name(`${word}-${++this.number}`);
  }

  async orrery(...words: string[]): Promise<void> {
    const { code, out } = await this.world.system.cli(...words);
    if (code !== 0) throw new Error(`orrery ${words.join(' ')}: ${out}`);
  }

  /**
   * Resolves when the API and the root have known this many identities for a while, so that the agent relies on it, and
   * none is being generated.
   */
  async calm(identities: number): Promise<void> {
    const isKnown = ({ address }: { address: string }) =>
      access(join(this.world.door, 'known', address)).then(
        () => true,
        () => false,
      );
    const isCalm = async () => {
      const all = await this.world.system.sql<{ address: string }>(
        `SELECT address FROM identities WHERE state = 'free'`,
      );
      const free = (await Promise.all(all.map(isKnown))).filter((known) => known);
      const throwaway = await this.docker.listContainers({ all: true, filters: { label: [LABEL.throwaway] } });
      return free.length >= identities && throwaway.length === 0;
    };
    await eventually(isCalm, { within: 120_000, every: 200, what: `${identities} pre-generated identities` });
    await pause(RELIED_ON_MS);
  }

  /** Stops the agents first, because they would recreate whatever is removed. */
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
