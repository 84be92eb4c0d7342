// Postgres listens on a socket in a folder that only its owner can enter. Loopback is not private: every user of a machine and
// every container in its network namespace can reach it.
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Only part of the socket's name; nothing listens on this port. */
export const SOCKET_PORT = 5432;
/** The kernel accepts socket paths of 107 bytes (macOS: 103), including the name of the socket and of its lock. */
const LONGEST_FOLDER = 90 - '/.s.PGSQL.5432.lock'.length;

/**
 * The folder for the socket of the cluster in `dir`, mode 0700: in `dir`, or elsewhere if that path would be too long.
 * @param {string} dir
 */
export function socketFolder(dir) {
  const folder = Buffer.byteLength(join(dir, 'socket')) <= LONGEST_FOLDER ? join(dir, 'socket') : shortFolder(dir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return folder;
}

/** The last folder, if it still exists and belongs to us; else a new one with an unpredictable name. */
function shortFolder(dir) {
  const note = join(dir, 'socket-folder');
  const last = noted(note);
  if (last && isOurs(last, dir)) return last;
  const folder = mkdtempSync(
    join(shortTemporary(), `orrery-${createHash('sha256').update(dir).digest('hex').slice(0, 8)}-`),
  );
  writeFileSync(note, `${folder}\n`, { mode: 0o600 });
  return folder;
}

const shortTemporary = () => (Buffer.byteLength(tmpdir()) <= 40 ? tmpdir() : '/tmp');

/** Whether it belongs to us or to the owner of the cluster, and nobody else can enter it. */
function isOurs(folder, dir) {
  try {
    const { uid, mode } = lstatSync(folder);
    return (
      lstatSync(folder).isDirectory() && (mode & 0o077) === 0 && [process.getuid?.(), lstatSync(dir).uid].includes(uid)
    );
  } catch {
    return false;
  }
}

function noted(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
