import { HostQuery, MembershipQuery, NodeQuery } from '@orrery/shared/contracts';
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { HostsRepository } from '../../apps/api/src/hosts/hosts.repository.js';
import { MembershipsRepository } from '../../apps/api/src/memberships/memberships.repository.js';
import { NodesRepository } from '../../apps/api/src/nodes/nodes.repository.js';
import { fillFleet } from '../../test/support/large-fleet.js';
import { System } from '../../test/support/system/system.js';
import { say } from '../program.js';
import { spreadOf } from '../statistics.js';
import { hosts, memberships, nodes, type ByHand, type NodeKey } from './by-hand.js';

const HOSTS = 1_000;
const SIZE = { hosts: HOSTS, nodesPerHost: 3, networks: 20, networksPerNode: 3 };
/** Of medians: what the API reads, divided by the same rows by hand. */
const GOAL = 1.5;
const READS_PER_ROUND = 5;
/** In the middle of the hosts, by name. */
const MIDDLE = 'web-55';

interface Case {
  name: string;
  path: string;
  /** What the API runs for it: its repository, over our connection. */
  read: (sql: Reads) => Promise<{ items: unknown[] }>;
  byHand: ByHand;
}
type Reads = Parameters<HostsRepository['list']>[0];

/** What the API reads for a page of a list in a large fleet, in turns with the same rows by SQL that we wrote by hand. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '10' }, output: { type: 'string', default: 'text' } },
  });
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());
  const system = await System.start({ ownPostgres: true, api: { ORRERY_HEARTBEAT_SECONDS: '60' } });
  const client = new pg.Client({ connectionString: system.database.url });
  try {
    say('writing the fleet');
    await fill(system);
    await client.connect();
    const postgres = await Backend.of(client);
    const cases = casesOf();
    for (const one of cases) await check(one, postgres);
    const load = loadavg()[0] ?? 0;
    const samples = new Map<string, Samples>(cases.map(({ name }) => [name, { api: [], byHand: [], whole: [] }]));
    for (let round = 0; round <= Number(values.rounds) && !abort.signal.aborted; round++) {
      for (let read = 0; read < READS_PER_ROUND; read++)
        for (const one of cases) {
          const taken = await measure(one, postgres, system);
          // The first round warms up.
          if (round > 0) for (const kind of KINDS) samples.get(one.name)?.[kind].push(taken[kind]);
        }
      say(`round ${round} of ${values.rounds}`);
    }
    print(samples, load, values.output === 'json');
  } finally {
    await client.end();
    await system.close();
  }
}

/** As hosts report it: each of them is also in a network that Orrery did not join it to. */
async function fill(system: System): Promise<void> {
  await fillFleet((text, given) => system.sql(text, given), SIZE);
  await system.sql(
    `INSERT INTO membership_status (node_id, network_id, host_id, status, name, observed, ordinal, seq, updated_at)
     SELECT node_id, '8056c2e21cffffff', id, 'OK', 'other', '{}', 1, 1, now() FROM hosts`,
  );
  await system.sql('VACUUM ANALYZE');
}

/** One connection, and the processor time of the process of Postgres behind it. */
class Backend {
  private constructor(
    private readonly client: pg.Client,
    private readonly pid: number,
  ) {}

  static async of(client: pg.Client): Promise<Backend> {
    const [row] = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows;
    return new Backend(client, row?.pid ?? 0);
  }

  readonly query = async (text: string, values: unknown[] = []) => (await this.client.query(text, values)).rows;

  /** Milliseconds. */
  get spent(): number {
    return Number(readFileSync(`/proc/${this.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  }
}

function casesOf(): Case[] {
  const host = new HostsRepository();
  const node = new NodesRepository();
  const membership = new MembershipsRepository();
  const cursor = (...key: string[]) => JSON.stringify(key);
  const ofHosts =
    (given: object, query = HostQuery.parse(given)) =>
    (sql: Reads) =>
      host.list(sql, query);
  const ofNodes =
    (given: object, query = NodeQuery.parse(given)) =>
    (sql: Reads) =>
      node.list(sql, query, undefined);
  const ofMemberships =
    (given: object, query = MembershipQuery.parse(given)) =>
    (sql: Reads) =>
      membership.list(sql, query, {});
  // After everything of this host: no name is greater than this.
  const middle: NodeKey = [MIDDLE, '~', '~'];
  return [
    { name: 'hosts', path: 'hosts', read: ofHosts({}), byHand: hosts({}) },
    ...[
      {
        name: 'hosts, in the middle',
        path: '',
        read: ofHosts({ after: cursor(MIDDLE) }),
        byHand: hosts({ after: MIDDLE }),
      },
    ],
    { name: 'hosts, q=web-77', path: 'hosts?q=web-77', read: ofHosts({ q: 'web-77' }), byHand: hosts({ q: 'web-77' }) },
    ...[
      {
        name: 'hosts, sort=-lastSeenAt',
        path: 'hosts?sort=-lastSeenAt',
        read: ofHosts({ sort: '-lastSeenAt' }),
        byHand: hosts({ newest: true }),
      },
    ],
    { name: 'nodes', path: 'nodes', read: ofNodes({}), byHand: nodes({}) },
    ...[
      {
        name: 'nodes, in the middle',
        path: '',
        read: ofNodes({ after: cursor(...middle) }),
        byHand: nodes({ after: middle }),
      },
    ],
    { name: 'nodes, q=web-77', path: 'nodes?q=web-77', read: ofNodes({ q: 'web-77' }), byHand: nodes({ q: 'web-77' }) },
    ...[
      {
        name: 'nodes, sort=address',
        path: 'nodes?sort=address',
        read: ofNodes({ sort: 'address' }),
        byHand: nodes({ byAddress: true }),
      },
    ],
    { name: 'memberships', path: 'memberships', read: ofMemberships({}), byHand: memberships({}) },
    ...[
      {
        name: 'memberships, in the middle',
        path: '',
        read: ofMemberships({ after: cursor(...middle) }),
        byHand: memberships({ after: middle }),
      },
    ],
    ...[
      {
        name: 'memberships, q=web-77',
        path: 'memberships?q=web-77',
        read: ofMemberships({ q: 'web-77' }),
        byHand: memberships({ q: 'web-77' }),
      },
    ],
    ...[
      {
        name: 'memberships, sort=network',
        path: 'memberships?sort=network',
        read: ofMemberships({ sort: 'network' }),
        byHand: memberships({ byNetwork: true }),
      },
    ],
  ];
}

/** Both must have the same rows in the same order, or nothing is compared. */
async function check({ name, read, byHand }: Case, postgres: Backend): Promise<void> {
  type Row = { id?: string; node?: string | { id: string }; network_id?: string; network?: { id: string } };
  const keyOf = ({ id, node, network_id: networkId, network }: Row) =>
    [id ?? (typeof node === 'object' ? node.id : node), networkId ?? network?.id ?? ''].join('/');
  const { items } = await read(postgres as unknown as Reads);
  const rows = (await postgres.query(byHand.text, byHand.values)) as Row[];
  const [ours, theirs] = [(items as Row[]).map(keyOf), rows.slice(0, 100).map(keyOf)];
  if (ours.length < 10 || ours.join() !== theirs.join())
    throw new Error(`${name}: the API answers ${ours.length} rows, by hand it is ${theirs.length}, or others`);
}

const KINDS = ['api', 'byHand', 'whole'] as const;
/** Milliseconds, and of these the processor time of Postgres. */
type Taken = Record<(typeof KINDS)[number], { ms: number; postgres: number }>;
type Samples = { [Kind in keyof Taken]: Taken[Kind][] };

async function measure({ path, read, byHand }: Case, postgres: Backend, system: System): Promise<Taken> {
  const taken = async (work: () => Promise<unknown>) => {
    const [spent, begun] = [postgres.spent, performance.now()];
    await work();
    const ms = performance.now() - begun;
    return { ms, postgres: postgres.spent - spent };
  };
  const runs: { [Kind in keyof Taken]: () => Promise<unknown> } = {
    api: () => read(postgres as unknown as Reads),
    byHand: () => postgres.query(byHand.text, byHand.values),
    whole: async () => path !== '' && (await system.api.raw('GET', `/v1/${path}`)).arrayBuffer(),
  };
  // Each is sometimes first.
  const order = Math.random() < 0.5 ? (['api', 'byHand'] as const) : (['byHand', 'api'] as const);
  const result: Partial<Taken> = {};
  for (const kind of [...order, 'whole'] as const) result[kind] = await taken(runs[kind]);
  return result as Taken;
}

function print(samples: ReadonlyMap<string, Samples>, load: number, asJson: boolean): void {
  const medianOf = (all: readonly number[]) => spreadOf(all)?.median ?? NaN;
  const figures = [...samples].map(([name, { api, byHand, whole }]) => {
    const [ms, postgres] = [api, byHand].map((all) => medianOf(all.map((one) => one.ms)));
    const [ownSpent, handSpent] = [api, byHand].map((all) => medianOf(all.map((one) => one.postgres)));
    return {
      ...{ name, count: api.length, api: ms ?? NaN, byHand: postgres ?? NaN, ratio: (ms ?? NaN) / (postgres ?? NaN) },
      ...{
        apiInPostgres: ownSpent ?? NaN,
        byHandInPostgres: handSpent ?? NaN,
        whole: medianOf(whole.map((one) => one.ms)),
      },
    };
  });
  if (asJson) return void process.stdout.write(`${JSON.stringify({ bench: 'lists', load, figures }, null, 2)}\n`);
  const lines = figures.map(({ name, count, api, byHand, ratio, apiInPostgres, byHandInPostgres, whole }) => {
    const ms = (value: number) => `${value.toFixed(1)} ms`.padStart(9);
    const verdict = ratio <= GOAL ? 'goal met' : `goal of ${GOAL} MISSED`;
    const request = whole < 0.05 ? '' : `, request ${ms(whole)}`;
    return `${name.padEnd(28)} API ${ms(api)}, by hand ${ms(byHand)}: ${ratio.toFixed(2)} × (${verdict}); in Postgres ${ms(apiInPostgres)} and ${ms(byHandInPostgres)}${request}  (${count})`;
  });
  const [processor] = cpus();
  process.stdout.write(
    `lists, ${new Date().toISOString()}: ${HOSTS} hosts, ${HOSTS * SIZE.nodesPerHost} nodes, ${HOSTS * SIZE.nodesPerHost * SIZE.networksPerNode + HOSTS} memberships; pages of 100\nmachine: ${cpus().length} × ${processor?.model ?? '?'}, load before ${load.toFixed(1)}\n\n${lines.join('\n')}\n`,
  );
}

await main();
