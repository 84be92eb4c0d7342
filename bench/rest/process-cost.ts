import { readFile, readdir } from 'node:fs/promises';

/** The cost so far of a process and everything it has started. */
export interface Cost {
  /** Milliseconds of processor time, including children that have ended. */
  cpuMs: number;
  /** Its private memory plus its share of shared memory (PSS), in MiB. */
  pssMb: number;
  processes: number;
}

/** Linux reports processor time in hundredths of a second, whatever its internal clock. */
const TICK_MS = 10;

/**
 * The cost of a process and its living descendants. A process that ends between two readings counts with its parent.
 */
export async function costOf(pid: number): Promise<Cost> {
  const pids = await treeOf(pid);
  const costs = await Promise.all(pids.map(async (one) => ({ cpuMs: await cpuOf(one), pssMb: await pssOf(one) })));
  const sum = (of: (cost: (typeof costs)[number]) => number) => costs.reduce((total, cost) => total + of(cost), 0);
  return { cpuMs: sum(({ cpuMs }) => cpuMs), pssMb: sum(({ pssMb }) => pssMb), processes: pids.length };
}

async function treeOf(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const [, parent] = fieldsOf(await read(`/proc/${name}/stat`));
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isOf = (one: number): boolean => one === pid || (parents.has(one) && isOf(parents.get(one) ?? 0));
  return [...parents.keys()].filter(isOf);
}

async function cpuOf(pid: number): Promise<number> {
  const fields = fieldsOf(await read(`/proc/${pid}/stat`));
  return fields.slice(11, 15).reduce((total, ticks) => total + Number(ticks) * TICK_MS, 0);
}

/**
 * The fields after the name, which may contain spaces: state, parent, …, from the twelfth on utime, stime, cutime,
 * cstime.
 */
const fieldsOf = (stat: string): string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ');

async function pssOf(pid: number): Promise<number> {
  const [, kb = '0'] = /^Pss:\s+(\d+) kB/m.exec(await read(`/proc/${pid}/smaps_rollup`)) ?? [];
  return Number(kb) / 1024;
}

/** Empty if the process has just ended. */
const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
