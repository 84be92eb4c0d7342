import type { ObservedWorkload, Workload } from '@orrery/shared/contracts';
import type { Scope } from '@orrery/shared/machine';
import type { WorkloadNetwork } from '../docker/bridge-network.js';
import type { CallOptions } from '../docker/engine-connection.js';
import type { HeldInspects } from '../docker/held-inspects.js';
import type { InspectedContainer } from '../docker/inspected.js';
import { namespaceOwner } from '../docker/profile-match.js';
import { findWorkload, observedWorkload } from '../docker/workloads.js';
import type { RealMachineParts } from './real-machine-parts.js';

/** Looks for the workloads that a scope names, and for nothing of any other container. */
export class Workloads {
  #inspected = new Map<string, InspectedContainer>();
  /** By id, because a network cannot become internal or get another gateway. */
  #networks = new Map<string, WorkloadNetwork>();

  constructor(
    private readonly parts: Pick<RealMachineParts, 'engine' | 'config'>,
    private readonly inspects: HeldInspects,
  ) {}

  async look({ containers }: Scope, options: CallOptions): Promise<ObservedWorkload[]> {
    const wanted = [...new Set(containers.flatMap(({ workload }) => workload ?? []))];
    if (wanted.length === 0) return [];
    const listed = await this.parts.engine.containers.listed({}, options);
    const inspected = new Map<string, InspectedContainer>();
    const networks = new Map<string, WorkloadNetwork>();
    const observed = await Promise.all(
      wanted.map(async (workload: Workload) => {
        const one = findWorkload(workload, listed);
        const inspect = one && (await this.inspects.of(one, options));
        if (!inspect) return [];
        inspected.set(inspect.Id, inspect);
        const around = await this.networksOf(inspect, options);
        for (const [id, network] of around) networks.set(id, network);
        const holder = namespaceOwner(inspect.HostConfig.NetworkMode);
        const owner = listed.find(({ Id }) => Id === holder)?.Names?.[0]?.slice(1);
        const hasOwnRoot = this.parts.config.moonsDir !== null;
        return [observedWorkload(workload, inspect, { networks: [...around.values()], hasOwnRoot, owner })];
      }),
    );
    this.#inspected = inspected;
    this.#networks = networks;
    return observed.flat();
  }

  /** A workload of the last look. */
  inspected(engineId: string): InspectedContainer | undefined {
    return this.#inspected.get(engineId);
  }

  private async networksOf({ NetworkSettings }: InspectedContainer, options: CallOptions) {
    const ids = Object.values(NetworkSettings.Networks).flatMap(({ NetworkID }) => NetworkID || []);
    const found = await Promise.all(
      ids.map(async (id): Promise<[string, WorkloadNetwork][]> => {
        const network = this.#networks.get(id) ?? (await this.parts.engine.workloadNetwork(id, options));
        return network ? [[id, network]] : [];
      }),
    );
    return new Map(found.flat());
  }
}
