import { readFile } from 'node:fs/promises';
import { eventually } from '../../test/support/eventually.js';

/**
 * Resolves as soon as the kernel has an address that begins so (`10.77.0.`) on an interface that is up, in the network namespace of
 * a process. A file is read: a program that asks would take longer than what is measured changes.
 */
export async function addressInKernel(pid: number, prefix: string): Promise<void> {
  const isThere = async () => hasLocal(await readFile(`/proc/${pid}/net/fib_trie`, 'utf8'), prefix);
  await eventually(isThere, { within: 90_000, every: 5, what: `an address ${prefix}*` });
}

/** Of each address of its own the kernel keeps `|-- 10.77.0.12`, and below it `/32 host LOCAL`. */
export function hasLocal(trie: string, prefix: string): boolean {
  return trie.split('|-- ').some((part) => part.startsWith(prefix) && /^[\d.]+\s+\/32 host LOCAL/.test(part));
}
