import type { System } from './system.js';

interface EpochRow {
  name: string;
  epoch: string;
  cursor: number;
  kept: number;
  first: number | null;
  last: number | null;
  aside: number;
}

type Stored = Pick<System, 'sql'>;

/** Nothing lost, nothing double, in order, without a gap. */
export async function historyFaults(system: System, quarantined: number): Promise<string[]> {
  return (await Promise.all([storedFaults(system, quarantined), unconfirmed(system)])).flat();
}

/** The same checks from Postgres alone, without a look at the hosts. */
export async function storedFaults(system: Stored, quarantined: number): Promise<string[]> {
  return (await Promise.all([doubles(system), gaps(system), disorder(system), leftovers(system, quarantined)])).flat();
}

async function doubles(system: Stored): Promise<string[]> {
  const rows = await system.sql<{ epoch: string; seq: string; count: string }>(
    `SELECT epoch, seq, count(*) FROM events WHERE epoch IS NOT NULL GROUP BY host_id, epoch, seq HAVING count(*) > 1`,
  );
  return rows.map(({ epoch, seq, count }) => `event ${seq} of ${epoch} is stored ${count} times`);
}

/** Everything that the API has confirmed is stored: as an event, or in quarantine. */
async function gaps(system: Stored): Promise<string[]> {
  const rows = await system.sql<EpochRow>(
    `SELECT h.name, p.epoch, p.cursor::int, count(e.seq)::int AS kept, min(e.seq)::int AS first, max(e.seq)::int AS last,
       (SELECT count(*)::int FROM event_quarantine q WHERE q.host_id = p.host_id AND q.epoch = p.epoch) AS aside
     FROM epochs p JOIN hosts h ON h.id = p.host_id LEFT JOIN events e ON e.host_id = p.host_id AND e.epoch = p.epoch
     GROUP BY h.name, p.host_id, p.epoch, p.cursor`,
  );
  return rows
    .filter(({ cursor, kept, aside, last }) => kept + aside !== cursor || (last ?? 0) > cursor)
    .map((row) => `the history of ${row.name} is not whole: ${JSON.stringify(row)}`);
}

/** In ID order, the events of a host are in order of epoch and number. */
async function disorder(system: Stored): Promise<string[]> {
  const rows = await system.sql<{ id: string; host_id: string }>(
    `SELECT id, host_id FROM (
       SELECT e.id, e.host_id, (p.ordinal, e.seq) <= lag((p.ordinal, e.seq)) OVER (PARTITION BY e.host_id ORDER BY e.id) AS wrong
       FROM events e JOIN epochs p ON p.host_id = e.host_id AND p.epoch = e.epoch) AS ordered WHERE wrong`,
  );
  return rows.map(({ id, host_id }) => `event ${id} of ${host_id} is out of order`);
}

/** Everything that a running agent has journaled is in Postgres. */
async function unconfirmed(system: System): Promise<string[]> {
  const running = [...system.hosts.values()].filter(({ isRunning }) => isRunning);
  const checks = running.map(async (host): Promise<string[]> => {
    const journal = await host.journal();
    const [row] = await system.sql<{ cursor: number }>('SELECT cursor::int FROM epochs WHERE epoch = $1', [
      journal.epoch,
    ]);
    const isSame = row?.cursor === journal.head;
    return isSame ? [] : [`${host.name} has events that are not stored: ${JSON.stringify({ journal, row })}`];
  });
  return (await Promise.all(checks)).flat();
}

async function leftovers(system: Stored, quarantined: number): Promise<string[]> {
  const [row] = await system.sql<{ outbox: number; nowhere: number; aside: number }>(
    `SELECT (SELECT count(*)::int FROM outbox) AS outbox, (SELECT count(*)::int FROM events_default) AS nowhere,
       (SELECT count(*)::int FROM event_quarantine) AS aside`,
  );
  const { outbox = -1, nowhere = -1, aside = -1 } = row ?? {};
  return [
    ...(outbox === 0 ? [] : [`${outbox} events of the API wait in its outbox`]),
    ...(nowhere === 0 ? [] : [`${nowhere} events are in no partition`]),
    ...(aside === quarantined ? [] : [`${aside} events are in quarantine, not ${quarantined}`]),
  ];
}
