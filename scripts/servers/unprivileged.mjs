// Postgres refuses to run as root. Started by root, it gets another uid: three ways, the best that works here is taken.
import { spawnSync } from 'node:child_process';
import { chownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ prefix: string[], owner: { uid: number, gid: number } | undefined, spawn: { uid?: number, gid?: number } }} Disguise
 * `prefix` goes before the command, `owner` is who must own its files as seen from here, `spawn` are options for child_process.
 */

const NOBODY = { uid: 65534, gid: 65534 };

/** @type {Record<'userNamespace' | 'setpriv' | 'nobody', Disguise>} */
export const ways = {
  // A user namespace in which we are called nobody. Files stay root's, a 0700 home can be entered, nothing is copied.
  userNamespace: {
    prefix: ['unshare', '-U', '--map-user=65534', '--map-group=65534'],
    owner: { uid: 0, gid: 0 },
    spawn: {},
  },
  // Containers without CAP_SYS_ADMIN: really nobody, but allowed to walk through root's folders.
  setpriv: { prefix: setpriv(NOBODY), owner: NOBODY, spawn: {} },
  // Anywhere else: nobody, who must be able to reach the folder.
  nobody: { prefix: [], owner: NOBODY, spawn: NOBODY },
};

/** @returns {Disguise} */
export function unprivileged() {
  if (process.getuid?.() !== 0) return { prefix: [], owner: undefined, spawn: {} };
  /** @param {Disguise} disguise */
  const works = ({ prefix: [program, ...args] }) => spawnSync(program, [...args, 'true']).status === 0;
  return [ways.userNamespace, ways.setpriv].find(works) ?? ways.nobody;
}

/**
 * Gives a folder and all in it to `owner`, if it is somebody else's. A cluster made one way may be started another way.
 * @param {string} folder
 * @param {Disguise['owner']} owner
 */
export function giveTo(folder, owner) {
  if (!owner || lstatSync(folder).uid === owner.uid) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) giveTo(path, owner);
    else chownSync(path, owner.uid, owner.gid);
  }
  // The folder last: an interrupted walk is taken up again.
  chownSync(folder, owner.uid, owner.gid);
}

function setpriv({ uid, gid }) {
  const capabilities = '+dac_override,+dac_read_search';
  return [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    `--inh-caps=${capabilities}`,
    `--ambient-caps=${capabilities}`,
  ];
}
