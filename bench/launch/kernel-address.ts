import { readFile } from 'node:fs/promises';
import { eventually } from '../../test/support/eventually.js';

/**
 * Resolves as soon as the kernel has an address with this beginning (`10.77.0.`) on an interface that is up, in the
 * network namespace of a process. It reads a file, because starting a program would take longer than the differences to
 * be measured.
 */
export async function addressInKernel(pid: number, prefix: string): Promise<void> {
  const isThere = async () => hasLocal(await readFile(`/proc/${pid}/net/fib_trie`, 'utf8'), prefix);
  await eventually(isThere, { within: 90_000, every: 5, what: `an address ${prefix}*` });
}

/** For each of its own addresses, the kernel lists `|-- 10.77.0.12` followed by `/32 host LOCAL`. */
export function hasLocal(trie: string, prefix: string): boolean {
  return trie.split('|-- ').some((part) => part.startsWith(prefix) && /^[\d.]+\s+\/32 host LOCAL/.test(part));
}
