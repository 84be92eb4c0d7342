import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { fillFleet } from '../../test/support/large-fleet.js';
import { packed } from '../../test/support/packed.js';
import { System } from '../../test/support/system/system.js';
import { say } from '../program.js';
import { spreadOf } from '../statistics.js';

const HOSTS = 1_000;
const NODES_PER_HOST = 3;
const NETWORKS = 20;
const PEERS_PER_NODE = 10;
/** Milliseconds, for the median. */
const GOAL = 200;
/** Bytes, as browsers get it. */
const GOAL_BYTES = 150 * 1024;
const READS_PER_ROUND = 10;

/** How long the whole topology of a large fleet takes, and how large it is, with one network for each node and with three. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '10' }, output: { type: 'string', default: 'text' } },
  });
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());
  const figures: Figure[] = [];
  for (const networksPerNode of [1, 3])
    if (!abort.signal.aborted) figures.push(await measure(networksPerNode, Number(values.rounds), abort.signal));
  print(figures, values.output === 'json');
}

interface Figure {
  memberships: number;
  bytes: { br: number; gzip: number };
  /** Milliseconds. */
  whole: number[];
  unchanged: number[];
}

async function measure(networksPerNode: number, rounds: number, signal: AbortSignal): Promise<Figure> {
  // No heartbeat is missed meanwhile, so the hosts stay online.
  const system = await System.start({ ownPostgres: true, api: { ORRERY_HEARTBEAT_SECONDS: '60' } });
  try {
    const memberships = HOSTS * NODES_PER_HOST * networksPerNode;
    say(`writing ${HOSTS} hosts with ${memberships} memberships`);
    const size = { hosts: HOSTS, nodesPerHost: NODES_PER_HOST, networks: NETWORKS, networksPerNode };
    await fillFleet((text, values) => system.sql(text, values), { ...size, peersPerNode: PEERS_PER_NODE });
    await system.sql('VACUUM ANALYZE');
    const api = { url: system.api.url, adminToken: await system.api.secret('admin.token') };
    const bytesAs = async (encoding: string) => (await packed(api, '/v1/topology', encoding)).body.length;
    const figure: Figure = {
      ...{ memberships, bytes: { br: await bytesAs('br'), gzip: await bytesAs('gzip') } },
      ...{ whole: [], unchanged: [] },
    };
    const tag = (await system.api.raw('GET', '/v1/topology')).headers.get('etag') ?? '';
    const headers = { 'accept-encoding': 'br' };
    for (let round = 0; round <= rounds && !signal.aborted; round++) {
      for (let read = 0; read < READS_PER_ROUND; read++) {
        const whole = await timed(system, 200, headers);
        const unchanged = await timed(system, 304, { ...headers, 'if-none-match': tag });
        // The first round warms up.
        if (round > 0) figure.whole.push(whole);
        if (round > 0) figure.unchanged.push(unchanged);
      }
      say(`round ${round} of ${rounds}`);
    }
    return figure;
  } finally {
    await system.close();
  }
}

async function timed(system: System, status: number, headers: Record<string, string>): Promise<number> {
  const begun = performance.now();
  const answer = await system.api.raw('GET', '/v1/topology', { headers });
  await answer.arrayBuffer();
  if (answer.status !== status) throw new Error(`the topology answered ${answer.status} instead of ${status}`);
  return performance.now() - begun;
}

function print(figures: readonly Figure[], asJson: boolean): void {
  if (asJson) return void process.stdout.write(`${JSON.stringify({ bench: 'topology', figures }, null, 2)}\n`);
  const [processor] = cpus();
  const lines = figures.flatMap(({ memberships, bytes, whole, unchanged }) => [
    `${memberships} memberships`,
    `  whole      ${msOf(whole)}${goal(spreadOf(whole)?.median ?? Infinity, GOAL, `${GOAL} ms`)}`,
    `  unchanged  ${msOf(unchanged)}`,
    `  size       ${kb(bytes.br)} KB as br${goal(bytes.br, GOAL_BYTES, '150 KB')}; ${kb(bytes.gzip)} KB as gzip`,
  ]);
  process.stdout.write(
    `topology, ${new Date().toISOString()}: ${HOSTS} hosts, ${HOSTS * NODES_PER_HOST} nodes, ${PEERS_PER_NODE} peers of each\nmachine: ${cpus().length} × ${processor?.model ?? '?'}\n\n${lines.join('\n')}\n`,
  );
}

function msOf(samples: readonly number[]): string {
  const spread = spreadOf(samples);
  if (!spread) return '?';
  const { median, lower, upper, most, count } = spread;
  return `median ${median.toFixed(0)} ms (${lower.toFixed(0)} to ${upper.toFixed(0)}, most ${most.toFixed(0)}; ${count})`;
}

const kb = (bytes: number) => (bytes / 1024).toFixed(0);
const goal = (is: number, most: number, text: string) => (is <= most ? ', goal met' : `, goal of ${text} MISSED`);

await main();
