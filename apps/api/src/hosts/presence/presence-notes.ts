import { Inject, Injectable } from '@nestjs/common';
import type { Epoch, HostId } from '@orrery/shared/contracts';
import { API_CONFIG, type ApiConfig } from '../../config.js';
import { Store } from '../../database/store.js';
import type { Run } from '../../database/statements.js';
import { Deliveries } from '../../wanted/deliveries.js';
import { writeFences, type FenceWrite } from '../../ingest/epoch-writes.js';
import { fenceOf } from '../../ingest/epochs.js';
import { readEpochs } from '../../ingest/group-context.js';
import type { Heard } from './presence-board.js';
import { SeenMarks } from './seen-marks.js';

interface Noted {
  host: HostId;
  epoch: Epoch;
  name: string;
  closed: boolean;
  held_revision: string;
  held_digest: string | null;
}

/**
 * Records the content of heartbeats: when a host was seen, which state it holds, and whether two machines alternate
 * under one identity.
 */
@Injectable()
export class PresenceNotes {
  readonly #marks: SeenMarks;

  constructor(
    private readonly store: Store,
    private readonly deliveries: Deliveries,
    @Inject(API_CONFIG) { heartbeatMs }: ApiConfig,
  ) {
    this.#marks = new SeenMarks(heartbeatMs);
  }

  async write(run: Run, heard: readonly Heard[]): Promise<void> {
    const news = heard.filter((one) => this.#marks.isNews(one));
    if (news.length === 0) return;
    const now = performance.now();
    const list = news.map(({ host, epoch, inventory, at }) => ({ host, epoch, inventory, ago: now - at }));
    const noted = await run<Noted>(
      `SELECT r.host, r.epoch, h.name, COALESCE(e.closed, false) AS closed, s.held_revision, s.held_digest
       FROM jsonb_to_recordset($1::jsonb) AS r(host text, epoch text) JOIN hosts h ON h.id = r.host AND h.removed_at IS NULL
       JOIN host_status s ON s.host_id = r.host LEFT JOIN epochs e ON e.host_id = r.host AND e.epoch = r.epoch`,
      [JSON.stringify(list)],
    );
    const keys = new Set(noted.filter(({ closed }) => !closed).map(({ host, epoch }) => `${host} ${epoch}`));
    const open = list.filter(({ host, epoch }) => keys.has(`${host} ${epoch}`));
    await this.#seen(run, open);
    await this.#held(noted, news);
    const closed = noted.filter((one) => one.closed);
    await this.#fence(run, closed);
    for (const one of news) if (keys.has(`${one.host} ${one.epoch}`)) this.#marks.put(one);
    for (const { host } of closed) this.#marks.forget(host);
  }

  /** Another replica leads, and writes. */
  follow(): void {
    this.#marks.clear();
  }

  async #seen(
    run: Run,
    list: readonly { host: HostId; epoch: Epoch; inventory: string; ago: number }[],
  ): Promise<void> {
    if (list.length === 0) return;
    const json = JSON.stringify(list);
    await run(
      `WITH r AS (SELECT DISTINCT ON (host) * FROM jsonb_to_recordset($1::jsonb) AS r(host text, inventory text, ago double precision) ORDER BY host, ago),
       mine AS (SELECT s.host_id FROM host_status s JOIN r ON r.host = s.host_id ORDER BY s.host_id FOR NO KEY UPDATE OF s)
       UPDATE host_status s SET last_seen_at = now() - r.ago * interval '1 ms', inventory = r.inventory
       FROM r, mine WHERE s.host_id = r.host AND mine.host_id = s.host_id`,
      [json],
    );
    // Locked in a fixed order: in the order of a plan, two concurrent writers of the same rows could deadlock.
    await run(
      `WITH mine AS (SELECT e.host_id, e.epoch FROM epochs e JOIN jsonb_to_recordset($1::jsonb) AS r(host text, epoch text)
         ON r.host = e.host_id AND r.epoch = e.epoch ORDER BY e.host_id, e.epoch FOR NO KEY UPDATE OF e)
       UPDATE epochs e SET heard_at = now() - r.ago * interval '1 ms'
       FROM jsonb_to_recordset($1::jsonb) AS r(host text, epoch text, ago double precision), mine
       WHERE e.host_id = r.host AND e.epoch = r.epoch AND mine.host_id = e.host_id AND mine.epoch = e.epoch`,
      [json],
    );
  }

  /** Records the state that the agent reports to hold, where it changed. */
  async #held(noted: readonly Noted[], news: readonly Heard[]): Promise<void> {
    const said = new Map(news.map((heard) => [`${heard.host} ${heard.epoch}`, heard]));
    const held = noted.flatMap(({ host, epoch, closed, held_revision, held_digest }) => {
      const heard = said.get(`${host} ${epoch}`);
      if (closed || !heard || (heard.revision === Number(held_revision) && heard.digest === held_digest)) return [];
      return [{ hostId: host, revision: heard.revision, digest: heard.digest }];
    });
    if (held.length > 0) await this.store.transaction((manager) => this.deliveries.record(manager, held));
  }

  /** Handles a closed epoch that still sends heartbeats. */
  async #fence(run: Run, closed: readonly Noted[]): Promise<void> {
    if (closed.length === 0) return;
    await run('BEGIN');
    try {
      await run('SELECT FROM hosts WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE', [closed.map(({ host }) => host)]);
      await this.#writeFences(run, closed);
      await run('COMMIT');
    } catch (error) {
      await run('ROLLBACK');
      throw error;
    }
  }

  async #writeFences(run: Run, closed: readonly Noted[]): Promise<void> {
    const epochs = await readEpochs(run, closed);
    const fences: FenceWrite[] = [];
    const hosts = new Map<HostId, { name: string; known: NonNullable<ReturnType<typeof epochs.get>>['known'] }>();
    for (const { host, epoch, name } of closed) {
      const { top = 0, known = [] } = epochs.get(host) ?? {};
      const own = known.find((other) => other.epoch === epoch);
      if (!own) continue;
      hosts.set(host, { name, known });
      fences.push({ host, epoch, ...fenceOf(own, { current: null, top, known }) });
    }
    await writeFences(run, fences, hosts, new Date());
  }
}
