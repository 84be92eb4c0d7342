import type { CommandId, HostId, ItemId, Outcome, Stage } from '@orrery/shared/contracts';
import type { Run } from '../database/statements.js';
import type { StoredEvent } from './stored-event.js';

/** The outcome of an item at a revision. */
export interface Settled {
  host: HostId;
  item: ItemId;
  revision: number;
  outcome: Outcome;
}
export interface Progress {
  host: HostId;
  item: ItemId;
  revision: number;
  stage: Stage;
  detail: string;
}

/** These are about the command, not about an item: the API states them itself. */
const OF_COMMANDS: Stage[] = ['accepted', 'delivered', 'done', 'failed'];

/** The last outcome for each item and revision. */
export function settledIn(events: readonly StoredEvent[]): Settled[] {
  const last = new Map<string, Settled>();
  for (const { host, fact } of events)
    if (fact.type === 'item.settled') last.set(`${fact.data.item} ${fact.data.revision}`, { host, ...fact.data });
  return [...last.values()];
}

/** Each stage once, in the order of its first mention, with its last detail. */
export function progressIn(events: readonly StoredEvent[]): Progress[] {
  const stages = new Map<string, Progress>();
  for (const { host, fact } of events)
    if (fact.type === 'item.progress' && !OF_COMMANDS.includes(fact.data.stage))
      stages.set(`${fact.data.item} ${fact.data.revision} ${fact.data.stage}`, { host, ...fact.data });
  return [...stages.values()];
}

/** The command that requested an item at a revision: by `<item> <revision>`. */
export async function commandsOf(run: Run, events: readonly StoredEvent[]): Promise<Map<string, CommandId>> {
  const asked = events.flatMap(({ host, fact }) =>
    fact.type === 'item.settled' || fact.type === 'item.progress'
      ? [{ host, item: fact.data.item, revision: fact.data.revision }]
      : [],
  );
  if (asked.length === 0) return new Map();
  const rows = await run<{ key: string; id: CommandId }>(
    `SELECT DISTINCT r.item || ' ' || r.revision AS key, c.id, c.created_at
     FROM jsonb_to_recordset($1::jsonb) AS r(host text, item text, revision bigint)
     JOIN command_items i ON i.item_id = r.item AND i.revision = r.revision JOIN commands c ON c.id = i.command_id AND c.host_id = r.host
     ORDER BY c.created_at, c.id`,
    [JSON.stringify(asked)],
  );
  return new Map(rows.map(({ key, id }) => [key, id]));
}

/**
 * The host of the command of `command_items i`, while it is unfinished. Looked up by the command's ID alone: a join by
 * its host as well would read all unfinished commands of the host for each item.
 */
const hostOf = (more = '') =>
  `(SELECT c.host_id FROM commands c WHERE c.id = i.command_id AND (c.state IN ('queued', 'delivered', 'waiting')${more}))`;
const HOST_OF_UNFINISHED = hostOf();

/**
 * Adds the stages to the unfinished commands that request these items; that a node was heard comes after the end. The
 * admission worker, not the agent, knows who authorized a node. OFFSET keeps the planner from reading the whole table
 * instead of one index entry for each stage.
 */
export async function writeProgress(run: Run, progress: readonly Progress[], now: Date): Promise<void> {
  if (progress.length === 0) return;
  const list = progress.map((entry, place) => ({ ...entry, place }));
  await run(
    `INSERT INTO command_stages (command_id, stage, item_id, detail, at)
     SELECT i.command_id, r.stage, r.item, r.detail, $2
     FROM jsonb_to_recordset($1::jsonb) AS r(host text, item text, revision bigint, stage text, detail text, place integer)
     CROSS JOIN LATERAL (SELECT command_id FROM command_items WHERE item_id = r.item AND revision = r.revision OFFSET 0) i
     WHERE ${hostOf(" OR r.stage = 'heard'")} = r.host
     ORDER BY r.place
     ON CONFLICT (command_id, stage, item_id) DO UPDATE SET detail =
       CASE excluded.stage WHEN 'authorized' THEN command_stages.detail ELSE excluded.detail END`,
    [JSON.stringify(list), now],
  );
}

/** Writes the outcomes to the unfinished commands that wait for them, and returns these commands. */
export async function writeOutcomes(run: Run, settled: readonly Settled[]): Promise<CommandId[]> {
  if (settled.length === 0) return [];
  const rows = await run<{ command_id: CommandId }>(
    `UPDATE command_items i SET outcome = r.outcome
     FROM jsonb_to_recordset($1::jsonb) AS r(host text, item text, revision bigint, outcome jsonb)
     WHERE i.item_id = r.item AND i.revision = r.revision AND ${HOST_OF_UNFINISHED} = r.host
     RETURNING i.command_id`,
    [JSON.stringify(settled)],
  );
  return [...new Set(rows.map(({ command_id }) => command_id))];
}
