import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { subjects, type DesiredState, type HostId, type SignedMessage } from '@orrery/shared/contracts';
import type { Signer } from '@orrery/shared/bus';
import { existing, HostEntity } from '../database/entities/host.entity.js';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { SENT_BODY, SENT_JOINS, toItem, type ItemRow } from './wanted-items.js';
import { SIGNER } from '../bus/buses.js';

export interface CurrentState {
  revision: number;
  digest: string;
  message: SignedMessage;
}

interface StoredRow extends SignedMessage {
  revision: string;
  digest: string;
}

const digestOf = (body: string) => createHash('sha256').update(body).digest('hex');

/**
 * The signed bytes of each host's desired state. A revision has one body forever: it is built once, under the lock of
 * the host's row, and stored. So the same revision with other bytes always means two histories.
 */
@Injectable()
export class DesiredStates {
  constructor(@Inject(SIGNER) private readonly signer: Signer) {}

  /** The state at the host's revision; undefined if the host does not exist or nothing was ever desired of it. */
  async current(manager: Transaction, host: HostId): Promise<CurrentState | undefined> {
    const row = await manager.findOne(HostEntity, {
      select: { id: true, revision: true, paused: true },
      where: { id: host, ...existing },
      lock: { mode: 'for_no_key_update' },
    });
    if (!row || row.revision === 0) return undefined;
    const { revision, paused } = row;
    const [stored] = await runIn(manager)<StoredRow>('SELECT * FROM host_desired WHERE host_id = $1', [host]);
    if (!stored || Number(stored.revision) !== revision) return this.#build(manager, host, revision, paused);
    const { subject, body, key, signature, digest } = stored;
    if (key !== this.signer.publicKey.id) return this.#keep(manager, host, revision, body);
    return { revision, digest, message: { subject, body, key, signature } };
  }

  async #build(manager: Transaction, host: HostId, revision: number, paused: boolean): Promise<CurrentState> {
    const rows = await runIn(manager)<ItemRow>(
      `SELECT i.id, i.node_id AS "nodeId", i.kind, i.intent, i.revision, ${SENT_BODY} AS body
         FROM items i ${SENT_JOINS} WHERE i.host_id = $1 ORDER BY i.created_at, i.id`,
      [host],
    );
    const state: DesiredState = { host, revision, items: rows.map(toItem), ...(paused && { paused }) };
    return this.#keep(manager, host, revision, JSON.stringify(state));
  }

  /** Signs and stores the body. A body signed with an older key is signed again. */
  async #keep(manager: Transaction, host: HostId, revision: number, body: string): Promise<CurrentState> {
    const message = this.signer.sign(subjects.desired(host), body);
    const digest = digestOf(body);
    await runIn(manager)(
      `INSERT INTO host_desired (host_id, revision, digest, subject, body, key, signature) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (host_id) DO UPDATE SET revision = excluded.revision, digest = excluded.digest, subject = excluded.subject,
         body = excluded.body, key = excluded.key, signature = excluded.signature`,
      [host, revision, digest, message.subject, body, message.key, message.signature],
    );
    return { revision, digest, message };
  }
}
