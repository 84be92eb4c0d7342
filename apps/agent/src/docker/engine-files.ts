import type { CallOptions, EngineConnection } from './engine-connection.js';
import { unlessStatus } from './engine-containers.js';
import { packArchive, unpackArchive, type ArchiveEntry } from './tar-archive.js';

const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads and writes files of a container, running or not, through the engine's archive calls: no exec, shell or host
 * path.
 */
export class EngineFiles {
  constructor(private readonly connection: EngineConnection) {}

  /** Puts entries below `/`; the engine extracts them in the given order. */
  async put(id: string, entries: readonly ArchiveEntry[], options: CallOptions = {}): Promise<void> {
    const archive = await packArchive(entries);
    await this.connection.call(
      { doing: `putting files into container ${id.slice(0, 12)}` },
      (abortSignal) => this.connection.docker.getContainer(id).putArchive(archive, { path: '/', abortSignal }),
      options,
    );
  }

  /** Like `getBytes`, for files that are text. */
  async get(id: string, path: string, options: CallOptions = {}): Promise<Map<string, string> | undefined> {
    const files = await this.getBytes(id, path, options);
    return files && new Map([...files].map(([name, content]) => [name, content.toString('utf8')]));
  }

  /** The regular files at or below a path, by their path relative to its parent; undefined if there is no such path. */
  async getBytes(id: string, path: string, options: CallOptions = {}): Promise<Map<string, Buffer> | undefined> {
    return this.connection.call(
      { doing: `reading ${path} of container ${id.slice(0, 12)}` },
      async (abortSignal) => {
        const archive = this.connection.docker.getContainer(id).getArchive({ path, abortSignal });
        const stream = await unlessStatus<NodeJS.ReadableStream | undefined>([404], undefined, archive);
        return stream && unpackArchive(stream, MAX_BYTES);
      },
      options,
    );
  }
}
