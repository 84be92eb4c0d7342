import { chmod, chown, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@orrery/shared/runtime';
import { eventually } from '../../../../test/support/eventually.js';
import { HostPolicy } from './host-policy.js';
import { DEFAULT_POLICY } from '../pure/policy/policy.js';

const logger = createLogger('test', 'silent');
const isRoot = process.getuid?.() === 0;

describe("the host's policy", () => {
  let home: string;
  let file: string;
  const read = (isNamed = false) => new HostPolicy({ file, isNamed }, logger).refresh();
  const write = async (text: string) => {
    await writeFile(`${file}.new`, text, { mode: 0o644 });
    await rename(`${file}.new`, file);
  };
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'orrery-policy-'));
    await mkdir(join(home, 'etc'), { mode: 0o755 });
    file = join(home, 'etc', 'policy.yaml');
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  it('is the defaults when there is no file, and allows nothing when a file is configured but missing', async () => {
    await expect(read()).resolves.toMatchObject({ result: 'held', isWritten: false, policy: DEFAULT_POLICY });
    await expect(read(true)).resolves.toMatchObject({ result: 'unreadable', cause: expect.stringContaining(file) });
  });

  it('allows nothing before it was read', () => {
    const policy = new HostPolicy({ file, isNamed: false }, logger);
    expect(policy.held.result).toBe('unreadable');
  });

  it('follows every change of the file, and is the defaults when the file is removed', async () => {
    await write('containers: { max: 1 }');
    const policy = new HostPolicy({ file, isNamed: false }, logger);
    expect(await policy.refresh()).toMatchObject({ policy: { containers: { max: 1 } } });
    await write('containers: { max: 2 }');
    expect(await policy.refresh()).toMatchObject({ policy: { containers: { max: 2 } } });
    await write('containers: { max: two }');
    expect(await policy.refresh()).toMatchObject({ result: 'unreadable', cause: expect.stringContaining('line 1') });
    await write('containers: { max: 3 }');
    expect(await policy.refresh()).toMatchObject({ policy: { containers: { max: 3 } } });
    await rm(file);
    expect(await policy.refresh()).toMatchObject({ result: 'held', isWritten: false });
  });

  it('hints when the file changes', async () => {
    let hints = 0;
    const stop = new AbortController();
    new HostPolicy({ file, isNamed: false }, logger).watch(() => hints++, stop.signal);
    await write('containers: { max: 1 }');
    await eventually(() => hints > 0);
    stop.abort();
  });

  it('hints when the file appears in a folder that was not there, and when it changes then', async () => {
    let hints = 0;
    const stop = new AbortController();
    const folder = join(home, 'etc', 'orrery', 'rules');
    const other = join(folder, 'policy.yaml');
    new HostPolicy({ file: other, isNamed: false }, logger).watch(() => hints++, stop.signal);
    await writeFile(join(home, 'etc', 'passwd'), '');
    await mkdir(folder, { recursive: true });
    await eventually(() => hints > 0);
    for (const max of [1, 2]) {
      const before = hints;
      await writeFile(other, `containers: { max: ${max} }`);
      await eventually(() => hints > before);
    }
    stop.abort();
  });

  it.each([
    ['others can write to it', () => chmod(file, 0o646), 'chmod go-w'],
    ['its group can write to it', () => chmod(file, 0o664), 'chmod go-w'],
    ['others can write to its folder', () => chmod(join(home, 'etc'), 0o777), 'chmod go-w'],
    ['it is a folder', () => rm(file).then(() => mkdir(file)), 'Write the rules'],
    ['it is a link', () => rename(file, `${file}.real`).then(() => symlink(`${file}.real`, file)), 'Write the rules'],
    ['it is far too large', () => writeFile(file, '#'.repeat(1024 * 1024 + 1)), 'Remove everything'],
    ['it is empty', () => writeFile(file, ''), 'Correct'],
  ])('is refused as a whole, with a fix, when %s', async (_what, spoil, fix) => {
    await write('containers: { max: 1 }');
    await expect(read()).resolves.toMatchObject({ result: 'held' });
    await spoil();
    await expect(read()).resolves.toMatchObject({ result: 'unreadable', fix: expect.stringContaining(fix) });
  });

  it('is refused when the file is absent and others can write to its folder', async () => {
    await chmod(join(home, 'etc'), 0o777);
    await expect(read()).resolves.toMatchObject({ result: 'unreadable' });
  });

  (isRoot ? it : it.skip)('is refused when it belongs to another user', async () => {
    await write('containers: { max: 1 }');
    await chown(file, 65534, 65534);
    await expect(read()).resolves.toMatchObject({
      result: 'unreadable',
      fix: expect.stringContaining('chown root:root'),
    });
  });
});
