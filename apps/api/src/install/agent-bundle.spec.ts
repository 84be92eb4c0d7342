import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packedIn } from './agent-bundle.js';

describe('the agents that an image of the API brings', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orrery-bundles-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are those that were packed with it, where they are now and not where they were packed', async () => {
    const note = { file: '/out/api/bundles/orrery-agent-linux-x64-1.tar.gz', platform: 'linux-x64' };
    const more = { sha256: 'f'.repeat(64), bytes: 7 };
    await writeFile(join(folder, 'orrery-agent-linux-x64-1.tar.gz.json'), JSON.stringify({ ...note, ...more }));
    const file = join(folder, 'orrery-agent-linux-x64-1.tar.gz');
    expect([...packedIn(folder)]).toEqual([['linux-x64', { ...more, file, platform: 'linux-x64' }]]);
  });

  it('are none where nothing was packed', () => {
    expect([...packedIn(folder), ...packedIn(join(folder, 'nowhere'))]).toEqual([]);
  });
});
