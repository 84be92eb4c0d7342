import { describe, expect, it } from '@jest/globals';
import { Secret } from '@orrery/shared/runtime';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../../../test/support/servers.js';
import { apiTrust } from './api-trust.js';

const pin = randomBytes(32);
const token = (...parts: Buffer[]) => new Secret(`orj1.${Buffer.concat(parts).toString('base64url')}`);

describe('how a host recognizes its API', () => {
  it('uses the pin in the second half of the join token', async () => {
    expect(await apiTrust({}, token(randomBytes(32), pin))).toEqual({ pin: pin.toString('base64') });
    expect(await apiTrust({}, token(randomBytes(32)))).toBeUndefined();
    expect(await apiTrust({}, new Secret(`orj_${'x'.repeat(86)}`))).toBeUndefined();
  });

  it('prefers its settings', async () => {
    const ca = join(await temporaryFolder('trust'), 'ca.crt');
    await writeFile(ca, 'PEM');
    expect(await apiTrust({ apiPin: 'mine', apiCaFile: ca }, token(randomBytes(32), pin))).toEqual({
      pin: 'mine',
      ca: 'PEM',
    });
  });

  it('never falls back to less than the settings ask for: an unreadable CA file is an error', async () => {
    await expect(apiTrust({ apiCaFile: '/nowhere/ca.crt' })).rejects.toMatchObject({
      code: 'api-authority-unreadable',
    });
  });
});
