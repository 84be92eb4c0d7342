import { Injectable } from '@nestjs/common';
import type { Host, HostId, Membership, Node, NetworkId, NodeId } from '@orrery/shared/contracts';
import { ContainersRepository } from '../containers/containers.repository.js';
import { Store } from '../database/store.js';
import { FindingsRepository } from '../findings/findings.repository.js';
import { HostsRepository } from '../hosts/hosts.repository.js';
import { MembershipsRepository } from '../memberships/memberships.repository.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { ExplanationsRepository } from './explanations.repository.js';
import type { Evidence, Found } from './evidence.js';

/** As many as one host may have of each. */
const ALL = { limit: 500, after: undefined };

/** The readers of what stands, each with its own tables. */
@Injectable()
export class StandingReaders {
  constructor(
    readonly hosts: HostsRepository,
    readonly nodes: NodesRepository,
    readonly containers: ContainersRepository,
    readonly memberships: MembershipsRepository,
    readonly findings: FindingsRepository,
  ) {}
}

/** Reads everything about one host that an explanation is made from, within the scope of the request. */
@Injectable()
export class EvidenceReader {
  constructor(
    private readonly store: Store,
    private readonly readers: StandingReaders,
    private readonly repository: ExplanationsRepository,
  ) {}

  /** Undefined if the host was removed meanwhile. */
  async of(host: HostId, only: { node?: NodeId; network?: NetworkId } = {}): Promise<Evidence | undefined> {
    const { store } = this;
    const { hosts, containers, findings } = this.readers;
    const [found, nodes, all, memberships, keeping, routers, rows, silent] = await Promise.all([
      hosts.get(store, host),
      this.#nodes(host, only.node),
      containers.list(store, { ...ALL }, { host, network: undefined }),
      this.#memberships(host, only),
      this.repository.keeping(store, host, only.node, only.network),
      this.repository.routers(store, host),
      findings.list(store, { ...ALL }, host, false),
      this.repository.silent(store, host, only.node, only.network),
    ]);
    if (!found) return undefined;
    const told = rows.items as Found[];
    return { host: found, nodes, containers: all.items, memberships, keeping, routers, findings: told, silent };
  }

  /** The host alone, as it stands now; undefined if it was removed. */
  host(id: HostId): Promise<Host | undefined> {
    return this.readers.hosts.get(this.store, id);
  }

  async #nodes(host: HostId, only: NodeId | undefined): Promise<Node[]> {
    const { nodes } = this.readers;
    if (only === undefined) return (await nodes.list(this.store, { ...ALL }, host)).items;
    const node = await nodes.get(this.store, only);
    return node ? [node] : [];
  }

  async #memberships(host: HostId, { node, network }: { node?: NodeId; network?: NetworkId }): Promise<Membership[]> {
    const { memberships } = this.readers;
    return (await memberships.list(this.store, { ...ALL }, { host, node, network })).items;
  }
}
