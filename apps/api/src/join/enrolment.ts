import { Injectable } from '@nestjs/common';
import type { HostKey, JoinRequest, Labels } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { Transaction } from '../database/sql.js';
import { writeToOutbox } from '../events/outbox.js';
import { giveKey, revokeKey } from '../host-keys/key-writes.js';
import { JoinTokens, type SpentToken } from '../join-tokens/join-tokens.service.js';
import { MembershipChanges } from '../memberships/membership-changes.service.js';
import { nameTaken, removed, revoked } from './join-replies.js';
import { JoinRepository, type JoinedHost } from './join.repository.js';
import { Proofs } from './proofs.js';

/** A host, with the labels that its machine requested but did not get. */
export type Enrolled = JoinedHost & { ignoredLabels?: Labels };

/** Turns an unknown machine into a host, within the caller's transaction, which also spends the token. */
@Injectable()
export class Enrolment {
  constructor(
    private readonly repository: JoinRepository,
    private readonly tokens: JoinTokens,
    private readonly memberships: MembershipChanges,
    private readonly proofs: Proofs,
  ) {}

  /** Throws AppError `proof-refused`. */
  checkProof(request: JoinRequest): void {
    this.proofs.checkJoin(request);
  }

  /** The join secret allows a host of any name; a token is spent, and determines what the host gets. */
  async of(transaction: Transaction, request: JoinRequest, token: string | undefined): Promise<Enrolled> {
    const spent = token === undefined ? undefined : await this.tokens.consume(transaction, token);
    const host = await this.#enrol(transaction, request, spent);
    if (spent) await this.#furnish(transaction, host, spent);
    return host;
  }

  /** For the same installation after a lost reply: only with the credential that created the host, and with its key. */
  async again(
    transaction: Transaction,
    known: JoinedHost,
    key: HostKey,
    token: string | undefined,
  ): Promise<JoinedHost> {
    if (token !== undefined) await this.tokens.checkMade(transaction, token, known.id);
    if (known.isRevoked || (known.key !== null && known.key !== key)) throw revoked(known.name);
    if (known.key === null) await giveKey(transaction, known.id, key);
    return { ...known, key };
  }

  /** Adds an unknown host: a new one, or a machine that replaces another and gets its name, labels and items. */
  async #enrol(transaction: Transaction, request: JoinRequest, spent: SpentToken | undefined): Promise<Enrolled> {
    const by = spent?.by ?? 'join secret';
    if (spent?.replaces) {
      const former = await this.repository.byId(transaction, spent.replaces);
      if (!former) throw removed(spent.replaces);
      await revokeKey(transaction, former.id);
      await this.repository.replace(transaction, former.id, request.installation);
      await giveKey(transaction, former.id, request.key);
      const data = { name: former.name, by };
      await writeToOutbox(transaction, { type: 'host.replaced', data }, { hostId: former.id, nodeId: former.nodeId });
      return { ...former, key: request.key, isRevoked: false };
    }
    const name = spent?.name ?? request.name;
    const { labels, ignored } = labelsAtJoin(request.labels, spent);
    const told = Object.keys(ignored).length === 0 ? {} : { ignoredLabels: ignored };
    if (await this.repository.byName(transaction, name)) throw nameTaken(name);
    const fresh = { key: request.key, isRevoked: false, rotationBy: null };
    const host = { id: newId('hst'), nodeId: newId('nod'), name, ...fresh };
    await this.repository.add(transaction, host, { ...request, name, labels });
    await writeToOutbox(
      transaction,
      { type: 'host.joined', data: { name, labels, by, ...told } },
      { hostId: host.id, nodeId: host.nodeId },
    );
    return { ...host, ...told };
  }

  /**
   * Applies the rest of the token: how long the host may be unreachable, and which networks its own daemon is to join.
   */
  async #furnish(transaction: Transaction, { id, nodeId, name }: JoinedHost, spent: SpentToken): Promise<void> {
    await this.tokens.mark(transaction, id, spent);
    const node = { id: nodeId, hostId: id, kind: 'host' as const, name, hostName: name, containerId: null };
    for (const network of spent.networks)
      await this.memberships.make(transaction, node, network, { action: 'join' }, { by: spent.by, group: null });
  }
}

/**
 * Labels grant authority, because selectors of scopes and of admission use them. So a machine that enrolls with a token
 * gets the token's labels, and its own only if the token allows that; the token's labels take precedence. The join
 * secret belongs to the installation, and its holder could create any token.
 */
export function labelsAtJoin(
  own: Labels,
  token: { labels: Labels; ownLabels: boolean } | undefined,
): { labels: Labels; ignored: Labels } {
  if (!token) return { labels: own, ignored: {} };
  const labels = token.ownLabels ? { ...own, ...token.labels } : token.labels;
  const ignored = Object.entries(own).filter(([key, value]) => labels[key] !== value);
  return { labels, ignored: Object.fromEntries(ignored) };
}
