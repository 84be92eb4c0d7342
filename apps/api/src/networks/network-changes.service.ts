import { Injectable } from '@nestjs/common';
import type { ControllerId, Network, NetworkId, NetworkPatch, NetworkPost } from '@orrery/shared/contracts';
import { AdmissionGate } from '../admission/admission-gate.js';
import { hint } from '../admission/hints.js';
import { hintAtLabels } from '../workloads/hint-at-labels.js';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes, type Changed, type Made } from '../changes/changes.service.js';
import type { Sql, Transaction } from '../database/sql.js';
import { refuseBeyondHosts, refuseForeignNetworks, refuseNamingNetworks } from '../wanted/network-scope.js';
import { writeToOutbox } from '../events/outbox.js';
import { checkIfMatch, etag } from '../http/etag.js';
import { breaksUnique } from '../http/store-errors.js';
import { checkConfig } from './check-config.js';
import { confirmationRequired, nameTaken, notKept } from './network-refusals.js';
import { NetworkDrafts, type NetworkDraft } from './network-drafts.service.js';
import { NetworksRepository, type LockedNetwork } from './networks.repository.js';
import { NetworksService } from './networks.service.js';
import { refuseAgainstRoutes, refuseWithRoutes } from './routed-networks.js';

/** Changes to networks: committed first, then put on their controllers, at once if these are reachable. */
@Injectable()
export class NetworkChanges {
  constructor(
    private readonly changes: Changes,
    private readonly repository: NetworksRepository,
    private readonly networks: NetworksService,
    private readonly drafts: NetworkDrafts,
    private readonly gate: AdmissionGate,
  ) {}

  /**
   * Creates a network on a controller. Its ID is picked here, so that a repeated request does not create a second one.
   */
  async create(asked: Asked, post: NetworkPost): Promise<Answer> {
    const kept = await this.changes.replay(asked);
    if (kept) return kept;
    const draft = await this.drafts.draft(post, asked.dryRun);
    const done = { isUsed: false };
    try {
      return await this.#add(asked, post, draft, done);
    } finally {
      if (!done.isUsed && !asked.dryRun) await this.drafts.giveUp(draft).catch(() => undefined);
    }
  }

  #add(
    asked: Asked,
    { name, admission, labels }: NetworkPost,
    { id, controllerId, config, checkedHosts, overlaps }: NetworkDraft,
    done: { isUsed: boolean },
  ): Promise<Answer> {
    const more = { checkedHosts, overlaps };
    const work = async (tx: Transaction) => {
      await this.repository.add(tx, id, name, { controllerId, config, admission });
      if (labels) await this.repository.setLabels(tx, id, labels);
      await hintAtLabels(tx);
      const fact = { type: 'network.created' as const, data: { network: id, name, by: asked.by } };
      await writeToOutbox(tx, fact, { networkId: id });
      await hint(tx, id);
      const body = { ...(await this.networks.read(tx, id)), ...more };
      return { status: 201 as const, headers: {}, body, ...this.#about(id, name) };
    };
    return this.#run(asked, name, work, async (made) => {
      done.isUsed = true;
      const { body } = await this.#settled(made);
      return { headers: {}, body: { ...body, ...more } };
    });
  }

  /** Changes the named fields only. */
  patch(asked: Asked, reference: string, patch: NetworkPatch): Promise<Answer> {
    const work = async (tx: Transaction) => {
      const id = await this.networks.idOf(tx, reference);
      refuseForeignNetworks([id]);
      refuseBeyondHosts();
      if (patch.name !== undefined) refuseNamingNetworks();
      const was = await this.repository.lock(tx, id);
      await this.#checkIfMatch(tx, asked, id, was);
      await this.#write(tx, id, was, patch, asked.by);
      const network = await this.networks.read(tx, id);
      const headers = { etag: etag(network.version) };
      return { status: 200 as const, headers, body: network, ...this.#about(id, was.name) };
    };
    return this.#run(asked, patch.name ?? '', work, (made) => this.#settled(made));
  }

  /** Gives a network the name by which people refer to it. */
  setName(asked: Asked, reference: string, name: string): Promise<Answer> {
    return this.patch(asked, reference, { name });
  }

  /** Deletes it on its controller as well, for all its nodes. `confirm` is its name, typed. */
  remove(asked: Asked, reference: string, confirm: string | undefined): Promise<Answer> {
    let controller: ControllerId | null = null;
    const work = async (tx: Transaction) => {
      const id = await this.networks.idOf(tx, reference);
      refuseForeignNetworks([id]);
      refuseBeyondHosts();
      const was = await this.repository.lock(tx, id);
      await this.#checkIfMatch(tx, asked, id, was);
      const network = await this.networks.read(tx, id);
      if (was.name === null) throw notKept(id);
      if (!was.controllerId) refuseNamingNetworks();
      await refuseWithRoutes(tx, id, was.name);
      if (was.controllerId && confirm !== was.name) throw confirmationRequired(was.name);
      controller = was.controllerId;
      await this.repository.remove(tx, id, was.controllerId);
      await hintAtLabels(tx);
      const data = { network: id, name: was.name, by: asked.by };
      await writeToOutbox(tx, { type: 'network.deleted', data }, { networkId: id });
      await hint(tx, id);
      return { status: 200 as const, headers: {}, body: network, ...this.#about(id, was.name) };
    };
    const settle = async (made: Made) => {
      if (!controller) return made;
      await this.gate.settleDeletions(controller);
      const network = made.body as Network;
      return { ...made, body: { ...network, sync: await this.networks.deletionOf(network.id) } };
    };
    return this.changes.run(asked, work, { settle });
  }

  async #write(tx: Transaction, id: NetworkId, was: LockedNetwork, patch: NetworkPatch, by: string): Promise<void> {
    const name = patch.name ?? was.name ?? '';
    const { config, admission } = was;
    if (!config || !admission) {
      if (patch.config || patch.admission || name === '') throw notKept(id);
      await this.repository.setName(tx, id, name);
    } else {
      const next = { ...config, ...patch.config };
      checkConfig(next, patch.config ?? {});
      if (patch.config) await refuseAgainstRoutes(tx, id, { name, was: config, config: next });
      await this.repository.set(tx, id, name, { config: next, admission: patch.admission ?? admission });
      await writeToOutbox(tx, { type: 'network.configured', data: { network: id, name, by } }, { networkId: id });
      await hint(tx, id);
    }
    if (patch.labels !== undefined) await this.repository.setLabels(tx, id, patch.labels);
    if (patch.name !== undefined) {
      await writeToOutbox(tx, { type: 'network.named', data: { network: id, name, by } }, { networkId: id });
      await this.repository.tellAttachments(tx, id);
    }
    await hintAtLabels(tx);
  }

  async #run(
    asked: Asked,
    name: string,
    work: (tx: Transaction) => Promise<Changed>,
    settle: (made: Made) => Promise<Made>,
  ): Promise<Answer> {
    return this.changes.run(asked, work, { settle }).catch((error: unknown) => {
      throw breaksUnique(error, 'networks_name_key') ? nameTaken(name) : error;
    });
  }

  /** What people have decided about a network, for a dry run. */
  #about(id: NetworkId, name: string | null): Pick<Changed, 'hosts' | 'about'> {
    const read = (sql: Sql) => this.repository.decided(sql, id);
    return { hosts: [], about: [{ noun: 'network', name: name ?? id, read }] };
  }

  /** A network without a name counts as existing, at version 0, when a node is in it. */
  async #checkIfMatch(tx: Transaction, { ifMatch }: Asked, id: NetworkId, was: LockedNetwork): Promise<void> {
    if (ifMatch === undefined) return;
    const isThere = was.version > 0 || (await this.repository.get(tx, id)) !== undefined;
    checkIfMatch(ifMatch, isThere ? was.version : undefined, `network ${id}`);
  }

  /** Adds how far the controller has come meanwhile. */
  async #settled(made: Made): Promise<Made> {
    const { id, managedBy } = made.body as Network;
    if (!managedBy) return made;
    await this.gate.settleNetwork(id);
    const network = await this.networks.get(id);
    return { headers: { etag: etag(network.version) }, body: network };
  }
}
