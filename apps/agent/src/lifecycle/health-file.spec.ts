import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@orrery/shared/runtime';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HealthFile } from './health-file.js';

const logger = createLogger('test', 'silent');
const place = async () => join(await mkdtemp(join(tmpdir(), 'orrery-health-')), 'well');

describe('the file that shows whether an agent is healthy', () => {
  it('shows nothing before the first look after a start, whatever an earlier start left behind', async () => {
    const file = await place();
    await writeFile(file, 'of the former start');
    const health = await HealthFile.open(file, logger);
    expect(existsSync(file)).toBe(false);
    await health.looked();
    expect(Date.now() - Date.parse(readFileSync(file, 'utf8').trim())).toBeLessThan(60_000);
  });

  it('does no harm when it cannot be written or is not configured', async () => {
    const health = await HealthFile.open('/proc/nowhere/well', logger);
    await expect(health.looked()).resolves.toBeUndefined();
    const unwanted = await HealthFile.open(undefined, logger);
    await expect(unwanted.looked()).resolves.toBeUndefined();
  });
});
