import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { HostId, NodeId } from '@orrery/shared/contracts';
import { ensurePrivateFolder } from '@orrery/shared/runtime';
import { SEED_FILE } from './host-key.js';
import { REMOVAL_FILE } from './removal.js';

/** Everything that belongs to one host. The host's record comes last but one: if interrupted before it, the next start repeats this. */
const OF_A_HOST = ['identities', 'journal', 'journal.head', 'desired.json', SEED_FILE, 'host.json', REMOVAL_FILE];

const formerOf = (home: string) => join(home, 'former');

/** Moves everything of a removed host into a separate folder, where it is kept but not used. Returns the folder. */
export async function setAside(home: string, host: HostId): Promise<string> {
  const folder = join(formerOf(home), `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${host}`);
  await ensurePrivateFolder(folder);
  for (const name of OF_A_HOST)
    await rename(join(home, name), join(folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  return folder;
}

export interface Former {
  hosts: HostId[];
  /** Nodes whose identities were set aside. */
  nodes: ReadonlySet<NodeId>;
}

/** The hosts that this machine was before: what it created as them is shown, and not touched. */
export async function readFormer(home: string): Promise<Former> {
  const folders = await list(formerOf(home));
  const hosts = folders.flatMap((name) => HostId.safeParse(/hst_[a-z0-9]+$/.exec(name)?.[0]).data ?? []);
  const files = await Promise.all(folders.map((name) => list(join(formerOf(home), name, 'identities'))));
  const nodes = files.flat().flatMap((file) => NodeId.safeParse(file.replace(/\.json$/, '')).data ?? []);
  return { hosts: [...new Set(hosts)], nodes: new Set(nodes) };
}

const list = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
