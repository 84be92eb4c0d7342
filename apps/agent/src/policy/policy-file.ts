import { explain, type Explained } from '@orrery/shared/contracts';
import { constants, type Stats } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Nobody writes that many rules; a larger file is not a policy. */
const MAX_BYTES = 1024 * 1024;
const OTHERS_MAY_WRITE = 0o022;
const STICKY = 0o1000;

/** Why a policy cannot be used, and the fix. */
export class PolicyFileError extends Error {
  readonly fix: string;

  constructor({ cause, fix }: Explained<'policy-unreadable'>) {
    super(cause);
    this.fix = fix;
    this.name = 'PolicyFileError';
  }
}

/**
 * The text of a policy file, and a mark that changes with it; undefined when there is none. Only root may have written it (or the
 * user that the agent runs as, who could change the agent itself), because a file that others can change is not a policy. Throws
 * PolicyFileError.
 */
export async function readPolicyFile(path: string): Promise<{ text: string; mark: string } | undefined> {
  const file = await openFile(path);
  if (!file) return undefined;
  try {
    // Stat the opened file, not the path: somebody may replace the file between two looks at a path.
    const stats = await file.stat();
    if (!stats.isFile()) throw new PolicyFileError(explain('policy-unreadable/not-a-file', { file: path }));
    assertTrusted(path, stats);
    if (stats.size > MAX_BYTES)
      throw new PolicyFileError(explain('policy-unreadable/too-large', { file: path, bytes: MAX_BYTES }));
    return { text: await file.readFile('utf8'), mark: markOf(stats) };
  } finally {
    await file.close();
  }
}

/** A cheap mark that shows whether the file must be read again. */
export async function markPolicyFile(path: string): Promise<string> {
  try {
    return markOf(await lstat(path));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

const markOf = ({ ino, size, mtimeMs, ctimeMs }: Stats): string => [ino, size, mtimeMs, ctimeMs].join();

async function openFile(path: string) {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    await assertTrustedFolder(path).catch(async (error: unknown) => {
      await file.close();
      throw error;
    });
    return file;
  } catch (error) {
    if (error instanceof PolicyFileError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return absent(path);
    if (code === 'ELOOP') throw new PolicyFileError(explain('policy-unreadable/link', { file: path }));
    throw new PolicyFileError(explain('policy-unreadable/unreadable', { file: path, error: code ?? String(error) }));
  }
}

/** If others can write to the folder, they may have deleted the file, and with it every rule. */
async function absent(path: string): Promise<undefined> {
  await assertTrustedFolder(path);
  return undefined;
}

async function assertTrustedFolder(path: string): Promise<void> {
  const folder = dirname(path);
  const stats = await lstat(folder).catch(() => undefined);
  if (stats?.isDirectory() && (stats.mode & STICKY) === 0) assertTrusted(folder, stats);
}

function assertTrusted(path: string, { uid, mode }: Stats): void {
  const own = process.getuid?.() ?? 0;
  if (uid !== 0 && uid !== own) throw new PolicyFileError(explain('policy-unreadable/owner', { file: path, uid }));
  if ((mode & OTHERS_MAY_WRITE) !== 0) throw new PolicyFileError(explain('policy-unreadable/writable', { file: path }));
}
