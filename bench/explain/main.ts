import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { fillFleet, largeFleetNetwork } from '../../test/support/large-fleet.js';
import { System } from '../../test/support/system/system.js';
import { spreadOf } from '../statistics.js';
import { say } from '../program.js';

const HOSTS = 1_000;
const NODES_PER_HOST = 3;
const NETWORKS = 20;
const NETWORKS_PER_NODE = 3;
const EVENTS = 1_000_000;
const DAYS = 14;
/** Milliseconds, for 99 of 100 questions of a kind. */
const GOAL_P99 = 100;
const QUESTIONS_PER_ROUND = 40;

/** How long an explanation takes in a large fleet with a long history, beside a membership read by itself. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '10' }, output: { type: 'string', default: 'text' } },
  });
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());
  const system = await System.start({ ownPostgres: true });
  try {
    say(`writing ${HOSTS} hosts and ${EVENTS} events`);
    await fill(system);
    const samples = new Map<string, number[]>();
    for (let round = 0; round <= Number(values.rounds) && !abort.signal.aborted; round++) {
      for (let question = 0; question < QUESTIONS_PER_ROUND; question++)
        for (const [name, path] of questions()) {
          const begun = performance.now();
          const answer = await system.api.raw('GET', path);
          await answer.text();
          if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
          // The first round warms up.
          if (round > 0) samples.set(name, [...(samples.get(name) ?? []), performance.now() - begun]);
        }
      say(`round ${round} of ${values.rounds}`);
    }
    print(samples, values.output === 'json');
  } finally {
    await system.close();
  }
}

/** The same number of each, in turns. */
function questions(): [name: string, path: string][] {
  const host = `web-${1 + Math.floor(Math.random() * HOSTS)}`;
  const network = largeFleetNetwork(1 + Math.floor(Math.random() * NETWORKS_PER_NODE));
  return [
    ['membership, by itself', `/v1/nodes/${host}/networks/${network}`],
    ['explain a membership', `/v1/explanations?about=${host}.c1&network=${network}`],
    ['explain a node', `/v1/explanations?about=${host}.c1`],
    ['explain a host', `/v1/explanations?about=${host}`],
    ['explain a network', `/v1/explanations?about=${network}`],
  ];
}

function print(samples: ReadonlyMap<string, number[]>, asJson: boolean): void {
  const figures = [...samples].map(([name, all]) => ({ name, count: all.length, ...at(all) }));
  if (asJson) return void process.stdout.write(`${JSON.stringify({ bench: 'explain', figures }, null, 2)}\n`);
  const lines = figures.map(({ name, count, median, p99 }) => {
    const goal = name.startsWith('explain') ? (p99 <= GOAL_P99 ? ', goal met' : `, goal of ${GOAL_P99} ms MISSED`) : '';
    return `${name.padEnd(24)} median ${median.toFixed(1).padStart(6)} ms   p99 ${p99.toFixed(1).padStart(6)} ms   (${count}${goal})`;
  });
  const [processor] = cpus();
  process.stdout.write(
    `explain, ${new Date().toISOString()}: ${HOSTS} hosts, ${HOSTS * NODES_PER_HOST} nodes, ${HOSTS * NODES_PER_HOST * NETWORKS_PER_NODE} memberships, ${EVENTS} events in ${DAYS} days\nmachine: ${cpus().length} × ${processor?.model ?? '?'}\n\n${lines.join('\n')}\n`,
  );
}

function at(all: readonly number[]): { median: number; p99: number } {
  const sorted = all.toSorted((one, other) => one - other);
  return { median: spreadOf(all)?.median ?? NaN, p99: sorted[Math.floor((sorted.length - 1) * 0.99)] ?? NaN };
}

/** A million events by hand, because they would take an hour otherwise. */
async function fill(system: System): Promise<void> {
  const sql = (text: string, values: unknown[] = []) => system.sql(text, values);
  // Events that the API writes meanwhile come after these.
  await sql(`SELECT setval('event_id', $1::int + 10000)`, [EVENTS]);
  await fillFleet(sql, {
    ...{ hosts: HOSTS, nodesPerHost: NODES_PER_HOST },
    ...{ networks: NETWORKS, networksPerNode: NETWORKS_PER_NODE },
  });
  for (let day = 1; day < DAYS; day++)
    await sql(
      `DO $$ DECLARE d date := (now() AT TIME ZONE 'UTC')::date - ${day}; BEGIN
         EXECUTE format('CREATE TABLE IF NOT EXISTS events_%s PARTITION OF events FOR VALUES FROM (%L) TO (%L)',
           to_char(d, 'YYYYMMDD'), d::timestamp AT TIME ZONE 'UTC', (d + 1)::timestamp AT TIME ZONE 'UTC'); END $$`,
    );
  await sql(
    `INSERT INTO events (id, committed_at, type, host_id, node_id, network_id, data)
     SELECT n, now() - (($1::int - n)::float8 / $1::int) * interval '${DAYS - 1} days',
            (ARRAY['address.assigned', 'network.changed', 'node.up', 'path.direct', 'item.settled', 'host.online'])[1 + n % 6],
            m.host_id, m.node_id, m.network_id, '{"address": "10.1.2.3/24", "device": "ztabcdefgh"}'
       FROM generate_series(1, $1::int) n
       JOIN (SELECT row_number() OVER (ORDER BY node_id, network_id) - 1 AS place, node_id, network_id, host_id FROM memberships) m
         ON m.place = (n::bigint * 7919) % $2::int`,
    [EVENTS, HOSTS * NODES_PER_HOST * NETWORKS_PER_NODE],
  );
  await sql(
    `INSERT INTO event_days SELECT id, day FROM (SELECT id, day, lag(day) OVER (ORDER BY id) AS before
      FROM (SELECT id, (committed_at AT TIME ZONE 'UTC')::date AS day FROM events) a) b WHERE day IS DISTINCT FROM before ON CONFLICT DO NOTHING`,
  );
  await sql('VACUUM ANALYZE');
}

await main();
