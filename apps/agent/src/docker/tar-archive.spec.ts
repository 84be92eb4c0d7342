import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { extract } from 'tar-stream';
import { packArchive, unpackArchive, type ArchiveEntry } from './tar-archive.js';

const entries: ArchiveEntry[] = [
  { path: 'home/', mode: 0o700 },
  { path: 'home/secret', mode: 0o600, content: 'abc' },
  { path: 'home/empty', mode: 0o600, content: '' },
  { path: 'home/large', mode: 0o600, content: 'x'.repeat(100_000) },
];

const streamOf = (bytes: Buffer, chunk: number): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, at) => bytes.subarray(at * chunk, (at + 1) * chunk)),
  );

describe('an archive', () => {
  it.each([1, 511, 512, 100_000])('yields its files when it arrives in chunks of %i bytes', async (chunk) => {
    const bytes = await packArchive(entries);
    const files = await unpackArchive(streamOf(bytes, chunk), 1_000_000);
    expect([...files].map(([name, content]) => [name, content.toString()])).toEqual([
      ['home/secret', 'abc'],
      ['home/empty', ''],
      ['home/large', 'x'.repeat(100_000)],
    ]);
  });

  it('is owned by uid 0, readable only by it, and in the given order', async () => {
    const headers: unknown[] = [];
    const reader = extract();
    reader.on('entry', ({ name, uid, gid, mode }, stream, next) => {
      headers.push({ name, uid, gid, mode });
      stream.on('end', next).resume();
    });
    reader.end(await packArchive(entries));
    await new Promise((resolve) => reader.on('finish', resolve));
    expect(headers).toEqual(entries.map(({ path, mode }) => ({ name: path, uid: 0, gid: 0, mode })));
  });

  it('is refused when it is larger than allowed, and read when it is exactly that large', async () => {
    const bytes = await packArchive(entries);
    await expect(unpackArchive(streamOf(bytes, 512), 100_002)).rejects.toThrow('larger');
    await expect(unpackArchive(streamOf(bytes, 512), 100_003)).resolves.toBeInstanceOf(Map);
  });
});
