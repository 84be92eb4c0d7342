// The same files give the same archive, byte for byte: no times, no owners, a fixed order.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import tar from 'tar-stream';

/** @typedef {import('./packages.mjs').Packed & { executable?: boolean }} Entry */

/** @param {Entry[]} entries */
export async function hashOfContents(entries) {
  const hash = createHash('sha256');
  for (const { from, to, executable } of entries) {
    hash.update(`${to}\0${executable ? 'x' : '-'}\0${(await stat(from)).size}\0`);
    for await (const chunk of createReadStream(from)) hash.update(chunk);
  }
  return hash.digest('hex');
}

/** @param {string} file */
export async function hashOfFile(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * @param {string} file
 * @param {Entry[]} entries
 */
export async function writeArchive(file, entries) {
  const pack = tar.pack();
  const written = pipeline(pack, createGzip({ level: 6 }), createWriteStream(file, { mode: 0o644 }));
  const fed = feed(pack, entries).catch((error) => pack.destroy(error));
  await Promise.all([written, fed]);
  const handle = await open(file, 'r');
  await handle.sync();
  await handle.close();
}

async function feed(pack, entries) {
  for (const { from, to, executable } of entries) {
    const { size } = await stat(from);
    const header = { name: to, size, mode: executable ? 0o755 : 0o644, mtime: new Date(0), uid: 0, gid: 0 };
    await pipeline(createReadStream(from), pack.entry(header));
  }
  pack.finalize();
}
