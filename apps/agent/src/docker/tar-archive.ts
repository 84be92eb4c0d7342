import { extract, pack } from 'tar-stream';

/** A file for a container, owned by uid 0; a folder if it has no content. */
export interface ArchiveEntry {
  path: string;
  mode: number;
  content?: string | Uint8Array;
}

/** A tar archive of all entries, in their order. */
export async function packArchive(entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const { path, mode, content } of entries) {
    const owner = { mode, uid: 0, gid: 0, mtime: new Date(0) };
    if (content === undefined) archive.entry({ name: path, type: 'directory', ...owner });
    else archive.entry({ name: path, type: 'file', ...owner }, Buffer.from(content));
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The regular files of a tar archive by name, without links and devices. More than `maxBytes` in total is an error. */
export async function unpackArchive(stream: NodeJS.ReadableStream, maxBytes: number): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const reader = extract();
  let bytes = 0;
  reader.on('entry', (header, entry, next) => {
    bytes += header.size ?? 0;
    if (bytes > maxBytes) return void reader.destroy(new Error(`the archive is larger than ${maxBytes} bytes`));
    const chunks: Buffer[] = [];
    entry.on('data', (chunk: Buffer) => chunks.push(chunk));
    entry.on('end', () => {
      if (header.type === 'file') files.set(header.name, Buffer.concat(chunks));
      next();
    });
  });
  await new Promise<void>((resolve, reject) => {
    reader.on('finish', resolve).on('error', reject);
    stream.on('error', (error: Error) => reader.destroy(error));
    stream.pipe(reader);
  });
  return files;
}
