import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HostId } from '@orrery/shared/contracts';
import { writeFileDurably } from '@orrery/shared/runtime';
import { z } from 'zod';

const Note = z.object({ host: HostId, cause: z.string() });

export const REMOVAL_FILE = 'removed.json';
const fileOf = (home: string) => join(home, REMOVAL_FILE);

/**
 * Whether the API reported that it does not know this host (`orrery host rm`, or a database without it). Kept on disk, so that a
 * start without a connection does not enforce an obsolete state. It ends when the API knows the host again, or the host joins again.
 */
export class Removal {
  private constructor(
    private readonly home: string,
    private readonly host: HostId,
    private isNoted: boolean,
  ) {}

  static async of(home: string, host: HostId): Promise<Removal> {
    const text = await readFile(fileOf(home), 'utf8').catch(() => undefined);
    return new Removal(home, host, text !== undefined && hostIn(text) === host);
  }

  get noted(): boolean {
    return this.isNoted;
  }

  async note(cause: string): Promise<void> {
    if (this.isNoted) return;
    await writeFileDurably(
      fileOf(this.home),
      JSON.stringify({ host: this.host, cause } satisfies z.infer<typeof Note>),
    );
    this.isNoted = true;
  }

  async clear(): Promise<void> {
    if (!this.isNoted) return;
    await rm(fileOf(this.home), { force: true });
    this.isNoted = false;
  }
}

/** A note that cannot be read counts as absent: the API reports the removal again at the next hello. */
function hostIn(text: string): HostId | undefined {
  try {
    return Note.safeParse(JSON.parse(text)).data?.host;
  } catch {
    return undefined;
  }
}
