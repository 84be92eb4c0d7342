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
    const seen = await this.observe(new Map([...labelled, ...foundIn(listed, this.#named, labelled)]), listed, options);
    this.#inspected = new Map(seen.map(({ inspect }) => [inspect.Id, inspect]));
    this.#inspects.keep(new Set(this.#inspected.keys()));
    this.#networks = new Map(seen.flatMap(({ networks }) => [...networks]));
    return seen.map(({ observed }) => observed);
  }

  /** Looks only for these, and leaves what the last look found as it is. */
  async lookFor(named: readonly Workload[], options: CallOptions): Promise<ObservedWorkload[]> {
    const listed = await this.#list.all(options);
    const seen = await this.observe(new Map(foundIn(listed, named)), listed, options);
    return seen.map(({ observed }) => observed);
  }

  /** A workload of the last look. */
  inspected(engineId: string): InspectedContainer | undefined {
    return this.#inspected.get(engineId);
  }

  private async observe(wanted: ReadonlyMap<Workload, Listed>, listed: readonly Listed[], options: CallOptions) {
    const users = wanted.size > 0 ? await this.usersOf(options) : PLAIN;
    const seen = [...wanted].map(async ([workload, one]) => {
      const inspect = await this.#inspects.of(one, options);
      if (!inspect) return [];
      const networks = await this.networksOf(inspect, options);
      const holder = namespaceOwner(inspect.HostConfig.NetworkMode);
      const owner = listed.find(({ Id }) => Id === holder)?.Names?.[0]?.slice(1);
      const hasOwnRoot = this.parts.config.moonsDir !== null;
      const around = { networks: [...networks.values()], hasOwnRoot, owner, users };
      return [{ inspect, networks, observed: observedWorkload(workload, inspect, around) }];
    });
    return (await Promise.all(seen)).flat();
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

const foundIn = (listed: readonly Listed[], named: readonly Workload[], before?: ReadonlyMap<Workload, Listed>) =>
  named.flatMap((workload): [Workload, Listed][] => {
    const one = before?.get(workload) ?? findWorkload(workload, listed);
    return one ? [[workload, one]] : [];
  });
