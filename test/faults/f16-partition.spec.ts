import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/servers.js';
import { scaled } from '../support/system/scaled.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';
import type { TcpProxy } from '../support/system/tcp-proxy.js';

const { cutMs, oneWayMs, flaps, flapMs, delayMs } = scaled('F16', {
  cutMs: [18_000, 300_000],
  oneWayMs: [4_000, 60_000],
  flaps: [6, 100],
  flapMs: [500, 2_000],
  delayMs: [200, 200],
});
/** Ten seconds on an idle machine. */
const HEALED_MS = 30_000;

/** docs/faults.md, F16, with a proxy of our own on loopback between agents and NATS. */
describe('a link between agents and NATS', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha', 'beta'], through: ['agents-nats'] });
    await system.done((await system.launch('alpha', 'older')).id);
  }, 150_000);
  afterAll(() => system?.close());

  const link = () => system.proxies['agents-nats'] as TcpProxy;
  const passes = (ms: number) => {
    const end = performance.now() + ms;
    return eventually(() => performance.now() > end, { within: ms + 30_000, every: 50 });
  };
  const starts = async () =>
    (await system.host('alpha').simulated()).containers.map(({ name, startedAt }) => [name, startedAt]);
  const healed = async () => {
    link().heal();
    const begin = performance.now();
    await system.everybodyOnline(HEALED_MS);
    await expectSettledWorld(system);
    return performance.now() - begin;
  };

  it(
    'that is half open: the hosts are unreachable, and on heal nothing restarts and pending changes are done',
    async () => {
      const before = await starts();
      const usage = system.host('beta').process.usage();
      const end = passes(cutMs);
      link().hold();
      await system.presence('alpha', 'unreachable');
      const command = await system.launch('beta', 'meanwhile');
      expect((await system.command(command.id)).state).toBe('queued');
      await end;
      await healed();
      await system.done(command.id);
      expect(await starts()).toEqual(before);
      expect(link().open).toBeLessThanOrEqual(2);
      // Two more connections, while an old one ends, would not be a leak; twenty would.
      await eventually(() => system.host('beta').process.usage().files < usage.files + 10, { within: 20_000 });
    },
    cutMs + 240_000,
  );

  it.each([['to-server'], ['to-client']] as const)(
    'that is cut in the direction %s only, and heals',
    async (direction) => {
      link().hold(direction);
      const command = await system.launch('alpha', direction);
      await passes(oneWayMs);
      await healed();
      await system.done(command.id);
    },
    oneWayMs + 150_000,
  );

  it(
    'that is reset again and again, with a server that is sometimes down',
    async () => {
      const commands = [];
      for (let flap = 0; flap < flaps; flap++) {
        if (flap % 2 === 0) await link().refuse();
        else link().reset();
        commands.push(await system.launch('beta', `flap-${flap}`));
        await passes(flapMs);
        await link().accept();
        await passes(flapMs);
      }
      await healed();
      for (const { id } of commands) await system.done(id);
      await expectSettledWorld(system);
      expect(link().open).toBeLessThanOrEqual(2);
    },
    flaps * flapMs * 2 + 240_000,
  );

  it('that is slow, with every tenth piece much later', async () => {
    link().delay = () => (Math.random() < 0.1 ? delayMs * 3 : delayMs);
    const command = await system.launch('alpha', 'slowly');
    await system.done(command.id);
    link().delay = () => 0;
    await expectSettledWorld(system);
  }, 150_000);
});
