import { Injectable } from '@nestjs/common';
import type { ApiFact, HostId } from '@orrery/shared/contracts';
import type { Transaction } from '../database/sql.js';
import { Store } from '../database/store.js';
import type { CommandEntity } from '../database/entities/command.entity.js';
import { runIn } from '../database/statements.js';
import { commandFact, commandsById, tellOfCommands } from './command-writes.js';
import { lockHosts } from './revisions.js';

export interface HeldRevision {
  hostId: HostId;
  revision: number;
  digest?: string | null;
}

/**
 * Whether the state that an agent reports to hold (`r`) can come from this database (`h`): an older revision, or the
 * bytes that we signed at this one. Anything else comes from another history, which hello resolves; until then it must
 * not count as the desired state.
 */
const IS_OURS = `(r.revision < h.revision OR r.revision = 0 OR EXISTS (SELECT FROM host_desired d
  WHERE d.host_id = h.id AND d.revision = h.revision AND d.revision = r.revision AND d.digest = r.digest))`;

/** `delivered` means that some message from the agent had a revision not below the command's. */
@Injectable()
export class Deliveries {
  constructor(private readonly store: Store) {}

  /** The agent reported that it holds this revision. */
  async seen(held: HeldRevision): Promise<void> {
    await this.store.transaction((manager) => this.record(manager, [held]));
  }

  /** The same for several hosts, within a transaction. */
  async record(manager: Transaction, held: readonly HeldRevision[]): Promise<void> {
    if (held.length === 0) return;
    const run = runIn(manager);
    const ids = held.map(({ hostId }) => hostId);
    await lockHosts(manager, ids);
    await run('SELECT FROM host_status WHERE host_id = ANY($1) ORDER BY host_id FOR NO KEY UPDATE', [ids]);
    const list = JSON.stringify(held.map(({ hostId, revision, digest }) => ({ host_id: hostId, revision, digest })));
    await run(
      `UPDATE host_status s SET held_revision = r.revision, held_digest = COALESCE(r.digest, s.held_digest)
       FROM jsonb_to_recordset($1::jsonb) AS r(host_id text, revision bigint, digest text) JOIN hosts h ON h.id = r.host_id
       WHERE s.host_id = r.host_id AND ${IS_OURS}`,
      [list],
    );
    const delivered = await run<{ id: CommandEntity['id'] }>(
      `UPDATE commands c SET state = 'delivered', delivered_at = clock_timestamp()
       FROM jsonb_to_recordset($1::jsonb) AS r(host_id text, revision bigint, digest text) JOIN hosts h ON h.id = r.host_id
       WHERE c.host_id = r.host_id AND c.state = 'queued' AND c.revision <= r.revision AND ${IS_OURS}
       RETURNING c.id`,
      [list],
    );
    if (delivered.length > 0)
      await this.#tell(
        manager,
        delivered.map(({ id }) => id),
      );
  }

  async #tell(manager: Transaction, ids: CommandEntity['id'][]): Promise<void> {
    const run = runIn(manager);
    await run(
      `INSERT INTO command_stages (command_id, stage, at) SELECT id, 'delivered', delivered_at FROM commands WHERE id = ANY($1)
       ON CONFLICT DO NOTHING`,
      [ids],
    );
    // A command without items only released something, so it is done as soon as the agent holds the new state.
    const done = await run<{ id: string }>(
      `UPDATE commands SET state = 'done', outcome = '{"kind":"done"}', ended_at = clock_timestamp()
       WHERE id = ANY($1) AND NOT EXISTS (SELECT FROM command_items WHERE command_id = commands.id) RETURNING id`,
      [ids],
    );
    await run(
      `INSERT INTO command_stages (command_id, stage, at) SELECT unnest($1::text[]), 'done', clock_timestamp() ON CONFLICT DO NOTHING`,
      [done.map(({ id }) => id)],
    );
    await tellOfCommands(manager, await commandsById(manager, ids), factsOf);
  }
}

function factsOf(command: CommandEntity): ApiFact[] {
  const { id, hostId, action, target, state, outcome } = command;
  const delivered = commandFact('command.delivered', command, 'agent');
  if (state !== 'done' || !outcome) return [delivered];
  return [delivered, { type: 'command.done', data: { command: id, host: hostId, action, target, outcome } }];
}
