import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import { chromiumIn, HOW_TO_GET_CHROMIUM } from '../../scripts/testing/chromium.mjs';
import { blow } from '../../test/support/event-storm.js';
import { fillFleet } from '../../test/support/large-fleet.js';
import { System } from '../../test/support/system/system.js';
import { say } from '../program.js';
import { spreadOf } from '../statistics.js';
import { Visit } from './visit.js';

const HOSTS = 1_000;
const SIZE = { hosts: HOSTS, nodesPerHost: 3, networks: 20, networksPerNode: 1, peersPerNode: 10 };
const STORM = { perSecond: 500, seconds: 30, warmUpSeconds: 5 };
/** Ten times a second, so that the events are spread as those of many hosts are. */
const TICK_MS = 100;

const MB = 1024 * 1024;
const GOALS = { usableMs: 1000, taskP99Ms: 100, taskMostMs: 300, grownBytes: 5 * MB, frameP99Ms: 50 };

interface Figure {
  name: string;
  samples: number[];
  unit: 'ms' | 'MB' | '/s' | '';
  /** For the median of the rounds; of `most`, for each. */
  goal?: number;
  isMost?: boolean;
}

/** What the dashboard costs a browser in a large fleet: until it is usable, in a storm of events, and when somebody pans and zooms. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '3' }, output: { type: 'string', default: 'text' } },
  });
  const executablePath = chromiumIn(process.env);
  if (!executablePath) {
    console.error(`There is no Chromium.\nFix: ${HOW_TO_GET_CHROMIUM}`);
    process.exit(2);
  }
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());
  const [load = 0] = loadavg();
  const figures = new Map<string, Figure>();
  const failures: string[] = [];
  // No heartbeat is missed meanwhile, so hosts are away and back only as the storm says.
  const system = await System.start({ ownPostgres: true, api: { ORRERY_HEARTBEAT_SECONDS: '60' } });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  try {
    say(`writing ${HOSTS} hosts`);
    const sql = (text: string, given: unknown[] = []) => system.sql(text, given);
    await fillFleet(sql, SIZE);
    await system.sql('VACUUM ANALYZE');
    for (let round = 0; round <= Number(values.rounds) && !abort.signal.aborted; round++) {
      const measured = await measure(system, browser, abort.signal);
      say(round === 0 ? 'not counted' : `round ${round} of ${values.rounds}`);
      if (round === 0) continue;
      if (measured.rate < STORM.perSecond * 0.9)
        failures.push(`round ${round}: only ${measured.rate.toFixed(0)} events a second were recorded`);
      for (const figure of measured.figures) {
        const known = figures.get(figure.name);
        if (known) known.samples.push(...figure.samples);
        else figures.set(figure.name, figure);
      }
    }
  } finally {
    await browser.close();
    await system.close();
  }
  print([...figures.values()], failures, { load, isJson: values.output === 'json' });
  if (failures.length > 0 || abort.signal.aborted) process.exitCode = 1;
}

async function measure(
  system: System,
  browser: Browser,
  signal: AbortSignal,
): Promise<{ rate: number; figures: Figure[] }> {
  const visit = await Visit.open(browser, system.api.url, await system.api.secret('admin.token'));
  try {
    const usable = await visit.usableIn(HOSTS);
    await storm(system, STORM.warmUpSeconds, signal);
    const before = await visit.cost();
    await visit.watch();
    const rate = await storm(system, STORM.seconds, signal);
    const { waits, longTasks, looks } = await visit.watched();
    const after = await visit.cost();
    const frames = await visit.panAndZoom();
    const one = (name: string, sample: number, unit: Figure['unit'], goal?: number, isMost = false): Figure => ({
      ...{ name, samples: [sample], unit, isMost },
      ...(goal !== undefined && { goal }),
    });
    const figures = [
      one('usable, after a reload', usable, 'ms', GOALS.usableMs),
      one('events a second', rate, '/s'),
      one('in the storm: 99 of 100 tasks wait at most', share(waits, 0.99), 'ms', GOALS.taskP99Ms),
      one('in the storm: the longest task', Math.max(0, ...waits, ...longTasks), 'ms', GOALS.taskMostMs, true),
      one('in the storm: tasks of 50 ms or more', longTasks.length, ''),
      one('in the storm: looks of all kinds', looks.all, ''),
      one('in the storm: looks at the topology', looks.topology, ''),
      one('heap before', before.heapBytes / MB, 'MB'),
      one('heap after', after.heapBytes / MB, 'MB'),
      one('heap grown by', (after.heapBytes - before.heapBytes) / MB, 'MB', GOALS.grownBytes / MB),
      one('nodes of the document, more than before', after.domNodes - before.domNodes, ''),
      one('pan and zoom: a frame, median', share(frames, 0.5), 'ms'),
      one('pan and zoom: 99 of 100 frames within', share(frames, 0.99), 'ms', GOALS.frameP99Ms),
    ];
    return { rate, figures };
  } finally {
    await visit.close();
  }
}

/** Resolves with how many events a second were recorded. */
async function storm(system: System, seconds: number, signal: AbortSignal): Promise<number> {
  const sql = (text: string, values: unknown[] = []) => system.sql(text, values);
  const recorded = async () => Number(((await sql('SELECT max(id) AS id FROM events')) as [{ id: string }])[0].id);
  const [begun, from] = [performance.now(), await recorded()];
  for (let tick = 0; tick < (seconds * 1000) / TICK_MS && !signal.aborted; tick++) {
    await blow(sql, (STORM.perSecond * TICK_MS) / 1000);
    const early = begun + (tick + 1) * TICK_MS - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
  }
  return ((await recorded()) - from) / ((performance.now() - begun) / 1000);
}

function share(samples: readonly number[], part: number): number {
  const sorted = samples.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) * part)] ?? NaN;
}

function print(
  figures: readonly Figure[],
  failures: readonly string[],
  { load, isJson }: { load: number; isJson: boolean },
): void {
  if (isJson)
    return void process.stdout.write(`${JSON.stringify({ bench: 'web', load, figures, failures }, null, 2)}\n`);
  const [processor] = cpus();
  const lines = figures.map(lineOf);
  process.stdout.write(
    [
      `web, ${new Date().toISOString()}: ${HOSTS} hosts, ${HOSTS * SIZE.nodesPerHost} nodes, ${STORM.perSecond} events a second for ${STORM.seconds} s`,
      `machine: ${cpus().length} × ${processor?.model ?? '?'}, load before ${load.toFixed(1)}`,
      '',
      ...lines,
      ...failures.map((failure) => `FAILED: ${failure}`),
      '',
    ].join('\n'),
  );
}

function lineOf({ name, samples, unit, goal, isMost }: Figure): string {
  const { median = NaN, least = NaN, most = NaN } = spreadOf(samples) ?? {};
  const text = (value: number) => `${value.toFixed(unit === 'MB' ? 1 : 0)}${unit === '/s' ? unit : unit && ` ${unit}`}`;
  const judged = isMost ? most : median;
  const verdict =
    goal === undefined
      ? ''
      : `  goal at most ${text(goal)}: ${(unit === 'ms' ? Math.round(judged) : judged) <= goal ? 'met' : 'NOT MET'}`;
  return `${name.padEnd(46)} ${text(median)} (${text(least)} to ${text(most)}; ${samples.length})${verdict}`;
}

await main();
