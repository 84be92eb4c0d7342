import type { ObservedWorkload, Workload } from '@orrery/shared/contracts';
import type { Scope } from '@orrery/shared/machine';
import type { WorkloadNetwork } from '../docker/bridge-network.js';
import type { EngineUsers } from '../docker/docker-engine.js';
import type { CallOptions } from '../docker/engine-connection.js';
import type { Listed } from '../docker/engine-containers.js';
import type { SeenContainer } from '../docker/engine-events.js';
import { HeldInspects, HeldList } from '../docker/held-inspects.js';
import type { InspectedContainer } from '../docker/inspected.js';
import { namespaceOwner } from '../docker/profile-match.js';
import { findWorkload, isForOrrery, isOfWorkload, labelledWorkloads, observedWorkload } from '../docker/workloads.js';
import type { RealMachineParts } from './real-machine-parts.js';

const PLAIN: EngineUsers = { isRootless: false, isRemapped: false };

/** Looks for the workloads that a scope names or that wear a label for Orrery, and for nothing of any other container. */
export class Workloads {
  #named: Workload[] = [];
  #inspected = new Map<string, InspectedContainer>();
  /** By id, because a network cannot become internal or get another gateway. */
  #networks = new Map<string, WorkloadNetwork>();
  readonly #list: HeldList;
  readonly #inspects: HeldInspects;
  /** They change only when the engine starts again, which ends its events. */
  #users: Promise<EngineUsers> | undefined;
  /** Those of one list, which is the same array as long as nothing has changed. */
  #labelled: { listed: readonly Listed[]; found: ReturnType<typeof labelledWorkloads> } | undefined;

  constructor(
    private readonly parts: Pick<RealMachineParts, 'engine' | 'config'>,
    private readonly following: { isFollowed: boolean },
  ) {
    this.#list = new HeldList(parts.engine.containers, following);
    this.#inspects = new HeldInspects(parts.engine.containers, following);
  }

  /** Called when one container has changed, or any may have. */
  forget(id?: string): void {
    this.#list.forget();
    this.#inspects.forget(id);
    if (id === undefined) this.#users = undefined;
  }

  /** Whether a container is a workload, or was one at the last look. */
  concerns(container: SeenContainer): boolean {
    if (this.#inspected.has(container.Id)) return true;
    return isForOrrery(container) || this.#named.some((workload) => isOfWorkload(workload, container));
  }

  async look({ containers }: Scope, options: CallOptions): Promise<ObservedWorkload[]> {
    this.#named = [...new Set(containers.flatMap(({ workload }) => workload ?? []))];
    const listed = await this.#list.all(options);
    const labelled = this.labelledIn(listed);
    const wanted = new Map(labelled);
    for (const workload of this.#named) {
      const one = labelled.get(workload) ?? findWorkload(workload, listed);
      if (one) wanted.set(workload, one);
    }
    const users = wanted.size > 0 ? await this.usersOf(options) : PLAIN;
    const inspected = new Map<string, InspectedContainer>();
    const networks = new Map<string, WorkloadNetwork>();
    const observed = await Promise.all(
      [...wanted].map(async ([workload, one]) => {
        const inspect = await this.#inspects.of(one, options);
        if (!inspect) return [];
        inspected.set(inspect.Id, inspect);
        const around = await this.networksOf(inspect, options);
        for (const [id, network] of around) networks.set(id, network);
        const holder = namespaceOwner(inspect.HostConfig.NetworkMode);
        const owner = listed.find(({ Id }) => Id === holder)?.Names?.[0]?.slice(1);
        const hasOwnRoot = this.parts.config.moonsDir !== null;
        return [observedWorkload(workload, inspect, { networks: [...around.values()], hasOwnRoot, owner, users })];
      }),
    );
    this.#inspects.keep(new Set(inspected.keys()));
    this.#inspected = inspected;
    this.#networks = networks;
    return observed.flat();
  }

  /** A workload of the last look. */
  inspected(engineId: string): InspectedContainer | undefined {
    return this.#inspected.get(engineId);
  }

  private labelledIn(listed: readonly Listed[]) {
    if (this.#labelled?.listed !== listed) this.#labelled = { listed, found: labelledWorkloads(listed) };
    return this.#labelled.found;
  }

  /** An engine that does not say, because a proxy in front of it forbids the question, is taken for a plain one. */
  private async usersOf(options: CallOptions): Promise<EngineUsers> {
    if (!this.following.isFollowed) this.#users = undefined;
    const asked = (this.#users ??= this.parts.engine.users(options));
    return asked.catch(() => {
      if (this.#users === asked) this.#users = undefined;
      return PLAIN;
    });
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
