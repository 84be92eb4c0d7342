import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ensurePrivateFolder, moveFileDurably, writeFileDurably } from './files.js';

describe('a file of ours', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orrery-files-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

  it('is replaced as a whole, readable only by its owner', async () => {
    const path = join(folder, 'secret');
    await writeFileDurably(path, 'one');
    await writeFileDurably(path, 'two');
    expect(await readFile(path, 'utf8')).toBe('two');
    expect(await mode(path)).toBe('600');
    expect(await readdir(folder)).toEqual(['secret']);
  });

  it('leaves nothing behind when it cannot be written', async () => {
    await ensurePrivateFolder(join(folder, 'taken', 'inside'));
    await expect(writeFileDurably(join(folder, 'taken'), 'x')).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['taken']);
  });

  it('is moved to another folder with its content and mode', async () => {
    await ensurePrivateFolder(join(folder, 'from'));
    await writeFileDurably(join(folder, 'from', 'secret'), 'one');
    await moveFileDurably(join(folder, 'from', 'secret'), join(folder, 'to'));
    expect([await readFile(join(folder, 'to'), 'utf8'), await mode(join(folder, 'to'))]).toEqual(['one', '600']);
    expect(await readdir(join(folder, 'from'))).toEqual([]);
    await expect(moveFileDurably(join(folder, 'from', 'secret'), join(folder, 'to'))).rejects.toThrow('ENOENT');
  });

  it('lies in folders that only their owner can enter', async () => {
    const deep = join(folder, 'a', 'b');
    await ensurePrivateFolder(deep);
    await ensurePrivateFolder(deep); // repeating it is fine
    expect([await mode(join(folder, 'a')), await mode(deep)]).toEqual(['700', '700']);
  });
});
