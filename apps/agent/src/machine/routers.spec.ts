import { describe, expect, it, jest } from '@jest/globals';
import { explain, type RouterWay } from '@orrery/shared/contracts';
import { StepError } from '@orrery/shared/machine';
import { createLogger } from '@orrery/shared/runtime';
import type { InspectedContainer } from '../docker/inspected.js';
import { letThrough, RouterGrounds } from './routers.js';

const ways: RouterWay[] = [{ network: '8056c2e21c000001', prefixes: ['192.168.10.0/24'] }];
const inspect = {
  ...{ Id: 'e'.repeat(64), Name: '/orrery-demo' },
  State: { Status: 'running', Pid: 42, StartedAt: 'then' },
} as InspectedContainer;
const refused = new StepError(explain('nft-missing/refused', { error: 'no modules' }));

/** `has`: whether a table is there after the failure. `now`: the container by then. */
async function written({ fails, has, now = inspect, open = ways }: Record<string, unknown> & { open?: RouterWay[] }) {
  const killed: string[] = [];
  const done = letThrough(
    {
      tables: {
        ...{ look: () => Promise.reject(refused), trouble: () => Promise.resolve(undefined), keep: () => undefined },
        write: () => (fails ? Promise.reject(refused) : Promise.resolve()),
        has: () => Promise.resolve(has as boolean | undefined),
      },
      engine: {
        containers: {
          inspect: () => Promise.resolve(now),
          kill: (id: string) => Promise.resolve(void killed.push(id)),
        },
      } as never,
      logger: createLogger('test', 'silent'),
    },
    ...([inspect, open, new AbortController().signal] as const),
  );
  const ended = await done.then(
    () => 'done',
    (error: StepError) => error.code,
  );
  return [ended, killed.length];
}

describe('what a router lets through', () => {
  it('is written, and the container stays', async () => {
    expect(await written({ fails: false, has: true })).toEqual(['done', 0]);
  });

  it('stays as it was if it cannot be written again', async () => {
    expect(await written({ fails: true, has: true })).toEqual(['nft-missing', 0]);
  });

  it('is everything if there is no table, so the container is stopped', async () => {
    expect(await written({ fails: true, has: false })).toEqual(['nft-missing', 1]);
    expect(await written({ fails: true, has: undefined })).toEqual(['nft-missing', 1]);
  });

  it('is too much if it should be closed and cannot be, so the container is stopped', async () => {
    expect(await written({ fails: true, has: true, open: [] })).toEqual(['nft-missing', 1]);
  });

  it('is nothing any longer if the container ended meanwhile', async () => {
    const ended = { ...inspect, State: { ...inspect.State, Status: 'exited' } };
    const again = { ...inspect, State: { ...inspect.State, StartedAt: 'now' } };
    for (const now of [ended, again]) expect(await written({ fails: true, has: false, now })).toEqual(['done', 0]);
  });
});

describe('the ground of routers', () => {
  const shown = { gateway: '172.18.0.1', isInternal: false, masquerades: true, subnets: ['172.18.0.0/16'] };
  const grounds = (network: () => Promise<unknown>, trouble?: ReturnType<typeof explain<'nft-missing/program'>>) =>
    new RouterGrounds({
      ...{ engine: { workloadNetwork: network } as never, config: { dockerNetwork: 'orrery' } as never },
      tables: { trouble: () => Promise.resolve(trouble) } as never,
    });

  it('is what the engine shows of the network of containers', async () => {
    const { gateway: _gateway, ...bridge } = shown;
    expect(await grounds(() => Promise.resolve(shown)).look({ isNeeded: true })).toEqual({
      bridge: { name: 'orrery', ...bridge },
    });
  });

  it('says that nft is missing, and nothing about an engine that does not answer or has no such network', async () => {
    const trouble = explain('nft-missing/program');
    expect(await grounds(() => Promise.reject(refused), trouble).look({ isNeeded: true })).toEqual({ trouble });
    expect(await grounds(() => Promise.resolve(undefined)).look({ isNeeded: true })).toEqual({});
  });

  it('is looked at once for many looks', async () => {
    let asked = 0;
    const all = grounds(() => Promise.resolve(++asked && shown));
    await Promise.all([all.look({ isNeeded: true }), all.look({ isNeeded: true })]);
    await all.look({ isNeeded: true });
    expect(asked).toBe(1);
  });

  it('is looked at seldom while nobody wants a router, and at once when somebody does', async () => {
    const clock = jest.spyOn(performance, 'now');
    let asked = 0;
    const all = grounds(() => Promise.resolve(++asked && { ...shown, isInternal: true }));
    const askedAt = async (seconds: number, isNeeded: boolean) => {
      clock.mockReturnValue(seconds * 1_000);
      await all.look({ isNeeded });
      return asked;
    };
    expect(await askedAt(0, false)).toBe(1);
    expect(await askedAt(599, false)).toBe(1);
    expect(await askedAt(599, true)).toBe(2);
    expect(await askedAt(603, true)).toBe(2);
    expect(await askedAt(604, true)).toBe(3);
    expect(await askedAt(1_205, false)).toBe(4);
    clock.mockRestore();
  });
});
