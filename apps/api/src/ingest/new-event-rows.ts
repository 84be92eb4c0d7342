import type { CommandId } from '@orrery/shared/contracts';
import type { Run } from '../database/statements.js';
import type { GroupContext } from './group-context.js';
import { orderedBy } from './ordered-losses.js';
import type { StoredEvent } from './stored-event.js';

/** A row of `events` before it has its ID, which grows in the order of the rows. */
export interface NewEventRow {
  type: string;
  host_id: string | null;
  epoch: string | null;
  seq: number | null;
  host_at: string | null;
  /** By our clock; null: when it was committed. */
  happened_at: Date | null;
  node_id: string | null;
  network_id: string | null;
  container_name: string | null;
  command_id: string | null;
  subject: string | null;
  simulated: boolean;
  data: unknown;
}

/** `web-1/demo/8056c2e21c000001`, with the names at this moment, as far as the event is about these. */
export const subjectOf = (host: string | undefined, container: string | null, network: string | null) =>
  [host, container, network].filter((part) => part).join('/') || null;

/** The row of an agent's event, which can be found later by each of its subjects. */
export function toNewEventRow(
  event: StoredEvent,
  { hosts, nodes, items, now }: GroupContext,
  command: CommandId | null,
): NewEventRow {
  const { host, epoch, seq, at, happenedAt, fact, refs } = event;
  const known = hosts.get(host);
  const item = refs.item ? items.get(refs.item) : undefined;
  const node = refs.node ?? item?.node ?? null;
  const container = (node ? nodes.get(node)?.container : null) ?? item?.container ?? refs.container;
  const network = refs.network ?? item?.network ?? null;
  const ordered = orderedBy(event, node ? nodes.get(node) : undefined);
  return {
    type: fact.type,
    host_id: host,
    epoch,
    seq,
    host_at: at,
    happened_at: within(happenedAt, known?.createdAt, now),
    node_id: node,
    network_id: network,
    container_name: container,
    command_id: command,
    subject: subjectOf(known?.name, container, network),
    simulated: known?.simulated ?? false,
    data: {
      ...fact.data,
      ...(item && isOfItem(fact.type) && { node, network, container, desired: item.desired }),
      ...(ordered && { ordered }),
    },
  };
}

/** An agent names items alone: whoever follows events sees at once what they are, and whether they are still desired like that. */
const isOfItem = (type: string) => type === 'item.settled' || type === 'item.progress';

/** A host's times are claims: nothing can have happened there before the host was known, or after the commit. */
export const within = (moment: Date, from: Date | undefined, to: Date): Date =>
  from && moment < from ? from : moment > to ? to : moment;

const DAY = `($1::timestamptz AT TIME ZONE 'UTC')::date`;

/**
 * Inserts in this order and returns the ID of the last; IDs are drawn while the ingest lock is held. The first event of
 * a day also records the day, by which readers find the partition of an ID (`EventDays`).
 */
export async function insertEvents(run: Run, rows: readonly NewEventRow[], now: Date): Promise<number | undefined> {
  if (rows.length === 0) return undefined;
  const column = <Key extends keyof NewEventRow>(key: Key) => rows.map((row) => row[key]);
  const [inserted] = await run<{ last: string }>(
    `WITH inserted AS (INSERT INTO events (id, committed_at, type, host_id, epoch, seq, host_at, happened_at, node_id, network_id, container_name, command_id, subject, simulated, data)
     SELECT nextval('event_id'), $1, type, host_id, epoch, seq, host_at, happened_at, node_id, network_id, container_name, command_id, subject, simulated, data
     FROM (SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::text[],
             $10::text[], $11::text[], $12::text[], $13::boolean[], $14::jsonb[])
           WITH ORDINALITY AS r(type, host_id, epoch, seq, host_at, happened_at, node_id, network_id, container_name, command_id, subject, simulated, data, place)
           ORDER BY place) AS ordered
     RETURNING id),
     noted AS (INSERT INTO event_days (first_id, day) SELECT min(id), ${DAY} FROM inserted
       WHERE ${DAY} IS DISTINCT FROM (SELECT day FROM event_days ORDER BY first_id DESC LIMIT 1) HAVING count(*) > 0)
     SELECT max(id) AS last FROM inserted`,
    [
      now,
      column('type'),
      column('host_id'),
      column('epoch'),
      column('seq'),
      column('host_at'),
      column('happened_at'),
      column('node_id'),
      column('network_id'),
      column('container_name'),
      column('command_id'),
      column('subject'),
      column('simulated'),
      rows.map(({ data }) => JSON.stringify(data)),
    ],
  );
  return Number(inserted?.last);
}
