import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JoinReply, explain } from '@orrery/shared/contracts';
import { AppError, describeError, writeFileDurably } from '@orrery/shared/runtime';

/** The identity of this host as the API gave it at the join. Kept in host.json, mode 0600, because it holds credentials. */
export type HostRecord = JoinReply;

const fileOf = (home: string) => join(home, 'host.json');

export async function readHostRecord(home: string): Promise<HostRecord | undefined> {
  const text = await readFile(fileOf(home), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JoinReply.parse(JSON.parse(text));
  } catch (error) {
    throw new AppError({
      kind: 'operational',
      ...explain('host-record-damaged/file', { file: fileOf(home), error: describeError(error) }),
      origin: error,
    });
  }
}

export const writeHostRecord = (home: string, record: HostRecord): Promise<void> =>
  writeFileDurably(fileOf(home), JSON.stringify(record, null, 2));
