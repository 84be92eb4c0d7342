import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FindingPage } from '@orrery/shared/contracts';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/servers.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { PUBLIC, System } from '../support/system/system.js';
import { asOnCalmMachine } from '../support/calm.js';

const HOUR_MS = 3_600_000;
const PRELOAD = new URL('../support/system/shifted-clock.mjs', import.meta.url);
const wrong = (shift: number) => ({
  NODE_OPTIONS: `--import ${PRELOAD.href}`,
  ORRERY_TEST_CLOCK_SHIFT_MS: String(shift),
});

/** docs/faults.md, F20. */
describe('a host whose clock is wrong', () => {
  let system: System;
  beforeAll(async () => {
    expect(fileURLToPath(PRELOAD)).toContain('shifted-clock');
    system = await System.start({ hosts: ['alpha'] });
  }, 120_000);
  afterAll(() => system?.close());

  const host = () => system.host('alpha');
  const skewed = async () => {
    const { items } = await system.api.get('/v1/findings', FindingPage);
    return items.some(({ code }) => code === 'clock-skew');
  };
  /** The offset of the host's clock from the API's in the newest events of the host. */
  const offset = async () => {
    const [row] = await system.sql<{ ms: number }>(
      `SELECT (extract(epoch FROM host_at - committed_at) * 1000)::float AS ms FROM events WHERE seq IS NOT NULL ORDER BY id DESC LIMIT 1`,
    );
    return row?.ms ?? 0;
  };

  it.each([[HOUR_MS], [-HOUR_MS]])(
    'by %d ms, and then jumps by two hours: keeps working, in order, and gets a finding',
    async (shift) => {
      await host().process.kill('SIGTERM');
      await (await host().start(wrong(shift))).welcomed();
      await eventually(skewed, { within: 30_000, what: 'the finding clock-skew' });
      await system.done((await system.launch('alpha', `early-${shift > 0 ? 'fast' : 'slow'}`)).id);
      expect(Math.abs((await offset()) - shift)).toBeLessThan(HOUR_MS / 10);
      host().process.child.kill('SIGUSR2');
      await system.done((await system.launch('alpha', `late-${shift > 0 ? 'fast' : 'slow'}`)).id);
      expect(Math.abs((await offset()) + shift)).toBeLessThan(HOUR_MS / 10);
      await expectSettledWorld(system);
    },
    180_000,
  );

  it('and is right again: loses the finding', async () => {
    await host().process.kill('SIGTERM');
    await (await host().start()).welcomed();
    await eventually(async () => !(await skewed()), { within: 30_000, what: 'no finding clock-skew' });
    await expectSettledWorld(system);
  }, 120_000);
});

/** docs/faults.md, F20: the agents know a time that is an hour ahead of the API that calls them. */
describe('an API whose clock was set back by an hour', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha'] });
  }, 120_000);
  afterAll(() => system?.close());

  /** A call to the agent in whose answer the time of the call matters. */
  const dryRun = () =>
    system.api.raw('POST', '/v1/hosts/alpha/containers?dryRun=true', {
      body: { name: 'not-made', networks: [PUBLIC] },
    });

  it('still has its calls answered at once', async () => {
    expect((await dryRun()).status).toBe(200);
    await system.api.process.kill('SIGTERM');
    await (await system.api.start(wrong(-HOUR_MS))).ready();
    await system.everybodyOnline();
    const asked = performance.now();
    const answer = await dryRun();
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('create-container')]);
    expect(performance.now() - asked).toBeLessThan(asOnCalmMachine(5_000));
    await system.done((await system.launch('alpha', 'made')).id);
    await expectSettledWorld(system);
  }, 180_000);
});
