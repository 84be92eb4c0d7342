import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RouterItem } from '@orrery/shared/contracts';
import { launch, NETWORK, route } from '../../../../test/support/agent/items.js';
import { ReconcilingHost } from '../../../../test/support/agent/reconciling-host.js';
import { eventually } from '../../../../test/support/eventually.js';

describe('what a router on a simulated host watches', () => {
  let host: ReconcilingHost;
  const serving = launch({ name: 'serving' });
  const { router, items } = route({ prefixes: ['192.168.1.0/24'] });
  const [demo, membership] = items;
  if (!demo || !membership) throw new Error('a route has a container and a membership');
  const told = async () => (await host.ofType('router.changed')).map(({ data }) => data.after);
  const eventuallyTold = (expected: object) =>
    eventually(async () => {
      expect((await told()).at(-1)).toMatchObject(expected);
      return true;
    });
  const want = (more: Partial<RouterItem>, others = serving.items) =>
    host.want(...others, demo, membership, { ...router, ...more });
  const outcomes = async (...expected: string[]) => {
    await eventually(async () => (await host.outcomes(router.id)).length >= expected.length);
    expect(await host.outcomes(router.id)).toEqual(expected);
  };
  const addressOfServing = async () => {
    await eventually(async () => (await host.outcomes(serving.membership.id)).includes('done'));
    const assigned = (await host.ofType('address.assigned')).find(({ data }) => data.node === serving.container.node);
    return assigned?.data.address.split('/')[0] ?? '';
  };

  beforeEach(async () => {
    host = await ReconcilingHost.start();
    await writeFile(join(host.home, 'policy.yaml'), 'routers: [192.168.1.0/24]\n');
    await host.want(...serving.items, ...items);
    await outcomes('done');
  });
  afterEach(() => host.stop());

  it('is told at once when it changes, and recreates nothing', async () => {
    const [address, before] = [await addressOfServing(), structuredClone(host.containers)];
    const running = () => host.containers.map(({ engineId, startedAt }) => [engineId, startedAt]);
    await want({ revision: 2, watch: { address }, check: { address: '192.168.1.20' } });
    await outcomes('done', 'done');
    await eventuallyTold({ forwards: true, peerAnswers: true, lanAnswers: true });
    expect(running()).toEqual(before.map(({ engineId, startedAt }) => [engineId, startedAt]));
    // The one that served is gone.
    await want(
      { revision: 2, watch: { address }, check: { address: '192.168.1.20' } },
      serving.items.map((one) => ({ ...one, intent: 'absent' as const, revision: 3 })),
    );
    await eventuallyTold({ peerAnswers: false, lanAnswers: true });
    await want({ revision: 4 }, []);
    await outcomes('done', 'done', 'done');
    const [last] = (await told()).slice(-1);
    expect([last?.peerAnswers, last?.lanAnswers, last?.forwards]).toEqual([undefined, undefined, true]);
  });

  it('is unknown after a start of the agent until it was asked anew', async () => {
    const address = await addressOfServing();
    await want({ revision: 2, watch: { address } });
    await eventuallyTold({ peerAnswers: true });
    await host.stop();
    host = await ReconcilingHost.start({ again: host });
    await eventuallyTold({ peerAnswers: true });
    expect((await told()).map((one) => one?.peerAnswers)).toEqual([undefined, true]);
  });

  it('is refused outside of what its item opens', async () => {
    await want({ revision: 2, check: { address: '192.168.2.20' } });
    await outcomes('done', 'failed unsupported');
    expect((await told()).some((one) => one?.lanAnswers !== undefined || one?.peerAnswers !== undefined)).toBe(false);
    expect((await told()).at(-1)).toMatchObject({ forwards: true, ways: [{ network: NETWORK }] });
    await want({ revision: 3, check: { address: '192.168.1.20' } });
    await outcomes('done', 'failed unsupported', 'done');
    await eventuallyTold({ lanAnswers: true });
  });
});
