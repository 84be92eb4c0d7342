import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lifeOf } from '@orrery/shared/bus';
import { JoinReply } from '@orrery/shared/contracts';
import { eventually } from '../support/servers.js';
import { System } from '../support/system/system.js';

/** Long enough to be renewed in time on a slow machine, short enough to see it end. */
const LIFE_S = 30;

describe('the credential with which a host connects', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['here', 'away'], api: { ORRERY_HOST_JWT_HOURS: String(LIFE_S / 3600) } });
  }, 120_000);
  afterAll(() => system?.close());

  const life = async (name: string) => {
    const text = await readFile(join(system.host(name).home, 'host.json'), 'utf8');
    return lifeOf(JoinReply.parse(JSON.parse(text)).nats.jwt ?? '') ?? { from: 0, until: 0 };
  };

  it('is renewed before it expires, and fetched with the key when it has already expired', async () => {
    const [first, whenLeft] = [await life('here'), await life('away')];
    expect(first.until - first.from).toBe(LIFE_S * 1000);
    await system.host('away').process.kill();
    const renewed = async () => (await life('here')).until > first.until;
    await eventually(renewed, { within: LIFE_S * 1000, every: 250, what: 'it is renewed in time' });
    const isOver = () => Date.now() > Math.max(first.until, whenLeft.until) + 2_000;
    await eventually(isOver, { within: 60_000, every: 250 });
    await system.done((await system.launch('here', 'later')).id);
    const away = await system.host('away').start();
    await away.welcomed();
    expect((await life('away')).from).toBeGreaterThan(whenLeft.until);
    await system.done((await system.launch('away', 'back')).id);
  }, 180_000);
});
