import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@orrery/shared/bus';
import type { Logger } from '@orrery/shared/runtime';
import type { HostId, Presence } from '@orrery/shared/contracts';
import { ANSWER_BUS } from '../../bus/buses.js';
import { API_CONFIG, type ApiConfig } from '../../config.js';
import { runLeadership } from '../../database/leadership.js';
import { LOGGER } from '../../logger.js';
import type { Run } from '../../database/statements.js';
import {
  ableSince,
  AwayClock,
  HearingHealth,
  judge,
  MISSED_BEATS,
  type Judged,
  type Verdict,
} from './presence-rules.js';
import { EphemeralHosts } from './ephemeral-hosts.js';
import { PresenceBoard } from './presence-board.js';
import { PresenceNotes } from './presence-notes.js';

/**
 * How often to read all hosts, to notice hosts that were removed, or have joined but are silent. A host that sends
 * heartbeats is noticed at once.
 */
const READ_EVERY_BEATS = 3;

/**
 * The work of the leading replica: records which hosts were heard, judges their presence, and removes ephemeral hosts
 * that were unreachable for too long.
 */
@Injectable()
export class PresenceJudge {
  readonly #away: AwayClock;
  /** All hosts as last read. They stay correct, because only a leader changes their presence. */
  #known = new Map<HostId, Presence>();
  #readAt = -Infinity;

  constructor(
    private readonly board: PresenceBoard,
    private readonly notes: PresenceNotes,
    private readonly ephemeral: EphemeralHosts,
    @Inject(API_CONFIG) private readonly config: ApiConfig,
  ) {
    this.#away = new AwayClock(config.heartbeatMs);
  }

  /** `startedAt`: since when this process can hear at all. */
  async lead(run: Run, startedAt: number, health: Pick<HearingHealth, 'since' | 'tick'>): Promise<void> {
    const news = this.board.takeNews();
    try {
      await this.notes.write(run, news);
    } catch (error) {
      this.board.putBack(news);
      throw error;
    }
    const now = performance.now();
    // After a pause of this process, its timer may not have run yet: silence must not count against hosts until it has.
    health.tick(now);
    const circumstances = { now, intervalMs: this.config.heartbeatMs, startedAt, healthySince: health.since };
    const judged = () => judge(this.#hosts(), circumstances);
    const isKnown =
      now - this.#readAt < READ_EVERY_BEATS * this.config.heartbeatMs &&
      news.every(({ host }) => this.#known.has(host));
    // Reads the database again before any change, so that verdicts are based on current data.
    if (!isKnown || judged().length > 0) await this.#read(run, now);
    const isAnyAway = this.#hosts().some(({ presence }) => presence === 'unreachable' || presence === 'joined');
    const verdicts = judged();
    if (verdicts.length > 0) {
      this.#readAt = -Infinity;
      await writeVerdicts(run, verdicts, (host) => this.board.lastHeard(host));
    }
    // Runs after the verdicts, so hosts heard from again do not count as unreachable.
    const awayMs = this.#away.take(now, ableSince(circumstances));
    if (awayMs > 0 && isAnyAway) await this.ephemeral.wasAway(run, awayMs);
  }

  /** Another replica leads. */
  follow(): void {
    this.#readAt = -Infinity;
    this.notes.follow();
    this.#away.stop();
    this.board.forgetNews(performance.now() - MISSED_BEATS * this.config.heartbeatMs);
  }

  #hosts(): Judged[] {
    return [...this.#known].map(([host, presence]) => ({ host, presence, lastHeard: this.board.lastHeard(host) }));
  }

  async #read(run: Run, now: number): Promise<void> {
    const rows = await run<{ host: HostId; presence: Presence }>(
      `SELECT s.host_id AS host, s.presence FROM host_status s JOIN hosts h ON h.id = s.host_id WHERE h.removed_at IS NULL`,
    );
    this.#known = new Map(rows.map(({ host, presence }) => [host, presence]));
    this.#readAt = now;
  }
}

const CAUSE = {
  online: 'its heartbeats arrive again',
  unreachable: `it missed ${MISSED_BEATS} heartbeats`,
  unknown: '',
};

/** `unknown` is about the judge, not about the host, so neither its start nor its end is an event. */
async function writeVerdicts(
  run: Run,
  verdicts: readonly Verdict[],
  lastHeard: (host: HostId) => number | undefined,
): Promise<void> {
  const now = performance.now();
  const list = verdicts.map(({ host, to }) => {
    const at = lastHeard(host);
    return { host, to, cause: CAUSE[to], ago: at === undefined ? null : now - at };
  });
  await run(
    `WITH verdict AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS r(host text, "to" text, cause text, ago double precision)),
     before AS (SELECT s.host_id, s.presence FROM host_status s JOIN verdict v ON v.host = s.host_id ORDER BY s.host_id FOR NO KEY UPDATE OF s),
     changed AS (
       UPDATE host_status s SET presence = v."to", presence_since = now(),
              last_seen_at = GREATEST(s.last_seen_at, now() - v.ago * interval '1 ms'),
              away_seconds = CASE v."to" WHEN 'online' THEN 0 ELSE s.away_seconds END
       FROM verdict v, before b
       WHERE s.host_id = v.host AND b.host_id = s.host_id RETURNING s.host_id, b.presence AS was, s.presence AS is, v.cause)
     INSERT INTO outbox (type, host_id, data)
     SELECT 'host.' || c.is, c.host_id, jsonb_build_object('name', h.name, 'cause', c.cause)
     FROM changed c JOIN hosts h ON h.id = c.host_id
     WHERE c.is <> 'unknown' AND NOT (c.was = 'unknown' AND c.is = 'online')`,
    [JSON.stringify(list)],
  );
}

/** Knows whether this process can hear, and lets it judge while it is the leading replica. */
@Injectable()
export class PresenceKeeper {
  constructor(
    private readonly judge: PresenceJudge,
    @Inject(ANSWER_BUS) private readonly bus: Bus,
    @Inject(API_CONFIG) private readonly config: ApiConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The one owner loop. */
  async run(signal: AbortSignal): Promise<void> {
    const { heartbeatMs } = this.config;
    const everyMs = Math.min(1000, heartbeatMs / 2);
    const startedAt = performance.now();
    const health = new HearingHealth(everyMs, heartbeatMs / 2, this.bus.connected, startedAt);
    const unwatch = this.bus.onStatus((connected) => health.link(connected, performance.now()));
    const ticker = setInterval(() => health.tick(performance.now()), everyMs);
    try {
      await runLeadership({
        connectionString: this.config.databaseUrl.reveal(),
        logger: this.logger,
        signal,
        everyMs,
        lead: (run) => this.judge.lead(run, startedAt, health),
        follow: () => this.judge.follow(),
      });
    } finally {
      clearInterval(ticker);
      unwatch();
    }
  }
}
