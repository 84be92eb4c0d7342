import { Injectable } from '@nestjs/common';
import { type ControllerId, type NetworkId, type NetworkPatch, type NetworkPost } from '@orrery/shared/contracts';
import { Settling } from '../admission/settling.service.js';
import { hint } from '../admission/verdict-writes.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes, type Answer } from '../changes/changes.service.js';
import type { Transaction } from '../database/sql.js';
import { refuseBeyondHosts, refuseForeignNetworks, refuseNamingNetworks } from '../desired/network-scope.js';
import { writeToOutbox } from '../events/outbox.js';
import { checkIfMatch, etag } from '../http/etag.js';
import { breaksUnique } from '../http/store-errors.js';
import { checkConfig } from './check-config.js';
import { confirmationRequired, nameTaken, notKept } from './network-refusals.js';
import { NetworkDrafts, type NetworkDraft } from './network-drafts.service.js';
import { NetworksRepository, type LockedNetwork } from './networks.repository.js';
import { NetworksService } from './networks.service.js';

/** Changes of networks: committed first, then put on their controllers, at once where these can be asked. */
@Injectable()
export class NetworkChanges {
  constructor(
    private readonly changes: Changes,
    private readonly repository: NetworksRepository,
    private readonly networks: NetworksService,
    private readonly drafts: NetworkDrafts,
    private readonly settling: Settling,
  ) {}

  /** A new network on a controller. Its id is picked here, so that a request that is sent again makes no second one. */
  async create(asked: Asked, post: NetworkPost): Promise<Answer> {
    const draft = await this.drafts.draft(post, asked.dryRun);
    let used: unknown;
    try {
      const answer = await this.#add(asked, post, draft);
      used = (answer.body as { id?: NetworkId }).id;
      return await this.#settled(asked, answer, { checkedHosts: draft.checkedHosts, overlaps: draft.overlaps });
    } finally {
      if (used !== draft.id && !asked.dryRun) await this.drafts.giveUp(draft).catch(() => undefined);
    }
  }

  #add(asked: Asked, { name, admission }: NetworkPost, draft: NetworkDraft): Promise<Answer> {
    const { id, controllerId, config, checkedHosts, overlaps } = draft;
    return this.#run(asked, name, async (tx) => {
      await this.repository.add(tx, id, name, { controllerId, config, admission });
      const fact = { type: 'network.created' as const, data: { network: id, name, by: asked.by } };
      await writeToOutbox(tx, fact, { networkId: id });
      await hint(tx, id);
      return {
        status: 201 as const,
        headers: {},
        body: { ...(await this.networks.read(tx, id)), checkedHosts, overlaps },
        id,
      };
    });
  }

  /** What is not named stays as it is. */
  async patch(asked: Asked, reference: string, patch: NetworkPatch): Promise<Answer> {
    const answer = await this.#run(asked, patch.name ?? '', async (tx) => {
      const id = await this.networks.idOf(tx, reference);
      refuseForeignNetworks([id]);
      refuseBeyondHosts();
      if (patch.name !== undefined) refuseNamingNetworks();
      const was = await this.repository.lock(tx, id);
      checkIfMatch(asked.ifMatch, was.version, `network ${id}`);
      await this.#write(tx, id, was, patch, asked.by);
      const network = await this.networks.read(tx, id);
      return { status: 200 as const, headers: { etag: etag(network.version) }, body: network, id };
    });
    return this.#settled(asked, answer, {});
  }

  /** Gives a network the name by which people may write it. */
  setName(asked: Asked, reference: string, name: string): Promise<Answer> {
    return this.patch(asked, reference, { name });
  }

  /** On its controller, too: for all who are in it. `confirm` is its name, typed. */
  async remove(asked: Asked, reference: string, confirm: string | undefined): Promise<Answer> {
    let controller: ControllerId | null = null;
    const answer = await this.changes.run(asked, async (tx) => {
      const id = await this.networks.idOf(tx, reference);
      refuseForeignNetworks([id]);
      refuseBeyondHosts();
      const was = await this.repository.lock(tx, id);
      const network = await this.networks.read(tx, id);
      if (was.name === null) throw notKept(id);
      if (!was.controllerId) refuseNamingNetworks();
      if (was.controllerId && confirm !== was.name) throw confirmationRequired(was.name);
      controller = was.controllerId;
      await this.repository.remove(tx, id, was.controllerId);
      const data = { network: id, name: was.name, by: asked.by };
      await writeToOutbox(tx, { type: 'network.deleted', data }, { networkId: id });
      await hint(tx, id);
      return { status: 200, headers: {}, body: network, hosts: [] };
    });
    if (controller && !asked.dryRun) await this.settling.deletions(controller);
    return answer;
  }

  async #write(tx: Transaction, id: NetworkId, was: LockedNetwork, patch: NetworkPatch, by: string): Promise<void> {
    const name = patch.name ?? was.name ?? '';
    const { config, admission } = was;
    if (!config || !admission) {
      if (patch.config || patch.admission) throw notKept(id);
      await this.repository.setName(tx, id, name);
    } else {
      const next = { ...config, ...patch.config };
      checkConfig(next);
      await this.repository.set(tx, id, name, { config: next, admission: patch.admission ?? admission });
      await writeToOutbox(tx, { type: 'network.configured', data: { network: id, name, by } }, { networkId: id });
      await hint(tx, id);
    }
    if (patch.name !== undefined)
      await writeToOutbox(tx, { type: 'network.named', data: { network: id, name, by } }, { networkId: id });
  }

  async #run(
    asked: Asked,
    name: string,
    work: (
      tx: Transaction,
    ) => Promise<{ status: 200 | 201; headers: Record<string, string>; body: object; id: NetworkId }>,
  ): Promise<Answer> {
    return this.changes
      .run(asked, async (tx) => {
        const { id: _id, ...made } = await work(tx);
        return { ...made, hosts: [] };
      })
      .catch((error: unknown) => {
        throw breaksUnique(error, 'networks_name_key') ? nameTaken(name) : error;
      });
  }

  /** The answer with how far the controller has come meanwhile. */
  async #settled(asked: Asked, answer: Answer, more: object): Promise<Answer> {
    const { id, managedBy } = answer.body as { id?: NetworkId; managedBy?: unknown };
    if (asked.dryRun || !id || !managedBy) return answer;
    await this.settling.network(id);
    return { ...answer, body: { ...(await this.networks.get(id)), ...more } };
  }
}
