import { readdir, readFile, readlink } from 'node:fs/promises';
import type { PortHolder } from '@orrery/shared/machine';

/** zerotier-one names its threads and itself like this. */
const OURS = /^zerotier-one/;

/**
 * The process of this namespace that has a UDP port, other than zerotier-one. Null: nobody else has it. A port has a socket for each
 * address: zerotier-one may have it for IPv6 while another program has it for IPv4. Throws if the sockets of other users cannot be
 * read, because nobody can then say who it is.
 */
export async function findPortHolder(port: number, signal: AbortSignal): Promise<PortHolder | null> {
  const texts = await Promise.all(['udp', 'udp6'].map((file) => readFile(`/proc/net/${file}`, 'utf8').catch(() => '')));
  const inodes = new Set(texts.flatMap((text) => inodesOf(text, port)));
  if (inodes.size === 0) return null;
  let isHidden = false;
  let isOurs = false;
  for (const name of await readdir('/proc')) {
    signal.throwIfAborted();
    if (!/^\d+$/.test(name)) continue;
    const held = await holdsOne(name, inodes).catch((error: NodeJS.ErrnoException) => {
      isHidden ||= error.code === 'EACCES' || error.code === 'EPERM';
      return false;
    });
    if (!held) continue;
    const program = (await readFile(`/proc/${name}/comm`, 'utf8').catch(() => '?')).trim();
    if (!OURS.test(program)) return { port, pid: Number(name), program };
    isOurs = true;
  }
  if (isOurs) return null;
  if (isHidden) throw new Error('the agent cannot see the processes of other users');
  throw new Error('the process that has the port is not visible from here');
}

async function holdsOne(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const file of await readdir(folder)) {
    const target = await readlink(`${folder}/${file}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}

/** Parses /proc/net/udp or udp6: the inodes of the sockets with this local port. */
export const inodesOf = (text: string, port: number): string[] =>
  [...text.matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) (?:\S+\s+){7}(\d+) /gm)].flatMap(([, hex = '', inode = '']) =>
    parseInt(hex, 16) === port ? [inode] : [],
  );
