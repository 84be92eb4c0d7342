import { type NetworkId, type NodeId } from '@orrery/shared/contracts';
import { DAEMON_HOME } from '../docker/container-profile.js';
import type { DockerEngine } from '../docker/docker-engine.js';

/** A daemon asks its controller at every start anyway, so an old configuration only costs what it should save. */
const FRESH_MS = 60_000;

/** By network: `networks.d/<id>.conf`, whose bytes are those of its daemon. */
export type Configurations = ReadonlyMap<NetworkId, Uint8Array>;

const NONE: Configurations = new Map();

/** What the daemons of containers that are being made anew had stored of their networks, until their successors are created. */
export class KeptConfigurations {
  readonly #kept = new Map<NodeId, { at: number; configurations: Configurations }>();

  constructor(private readonly engine: Pick<DockerEngine, 'files'>) {}

  /** Reads them from a container that is about to be removed. What cannot be read is not kept. */
  async keep(node: NodeId, engineId: string, networks: readonly NetworkId[], signal: AbortSignal): Promise<void> {
    this.#kept.delete(node);
    if (networks.length === 0) return;
    const files = await this.engine.files
      .getBytes(engineId, `${DAEMON_HOME}/networks.d`, { signal })
      .catch(() => undefined);
    const configurations = networks.flatMap((network): [NetworkId, Uint8Array][] => {
      const content = files?.get(`networks.d/${network}.conf`);
      return content && content.length > 0 ? [[network, content]] : [];
    });
    if (configurations.length > 0)
      this.#kept.set(node, { at: performance.now(), configurations: new Map(configurations) });
  }

  /** Empty if nothing was kept. They are handed out once. */
  take(node: NodeId): Configurations {
    const kept = this.#kept.get(node);
    this.#kept.delete(node);
    return kept && performance.now() - kept.at < FRESH_MS ? kept.configurations : NONE;
  }
}
