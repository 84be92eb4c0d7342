import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import type { Listed } from '../docker/engine-containers.js';
import type { SeenContainer } from '../docker/engine-events.js';
import { InspectedContainer } from '../docker/inspected.js';
import { Workloads } from './workloads.js';

const [WEB, DB, PLAIN] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string];
const LABELS = { 'orrery.network': 'lab' };

/** An engine with three containers, of which one wears a label for Orrery, and which counts its requests. */
function engine() {
  const all = new Map<string, Listed>(
    ([WEB, DB, PLAIN] as const).map((Id, at) => [
      Id,
      { Id, Names: [`/${['web', 'db', 'plain'][at]}`], State: 'running', Labels: Id === WEB ? LABELS : {} },
    ]),
  );
  const asked = { lists: 0, inspects: [] as string[] };
  const users = { asked: 0, answer: () => Promise.resolve({ isRootless: false, isRemapped: false }) };
  const containers = {
    listed: () => {
      asked.lists += 1;
      return Promise.resolve([...all.values()]);
    },
    inspect: (id: string) => {
      asked.inspects.push(id);
      const { Names, Labels } = all.get(id) ?? {};
      return Promise.resolve(
        InspectedContainer.parse({
          ...{ Id: id, Name: Names?.[0], Image: 'i', State: { Status: 'running', StartedAt: '2026-11-29T10:00:00Z' } },
          ...{ HostConfig: { NetworkMode: 'bridge' }, Config: { Image: 'i', Labels } },
          NetworkSettings: { Networks: { bridge: { NetworkID: 'n' } } },
        }),
      );
    },
  };
  const workloadNetwork = () => Promise.resolve({ gateway: '172.17.0.1', isInternal: false });
  const askUsers = () => {
    users.asked += 1;
    return users.answer();
  };
  const parts = { engine: { containers, workloadNetwork, users: askUsers }, config: { moonsDir: null } };
  return { all, asked, users, parts: parts as unknown as ConstructorParameters<typeof Workloads>[0] };
}

function looking({ isFollowed = true } = {}) {
  const { parts, ...rest } = engine();
  const workloads = new Workloads(parts, { isFollowed });
  const observe = (...named: string[]) => {
    const containers = named.map((workload) => ({ item: newId('itm'), node: newId('nod'), name: 'x', workload }));
    return workloads.look({ hostNode: newId('nod'), containers }, {});
  };
  const look = async (...named: string[]) => (await observe(...named)).map(({ workload }) => workload);
  return { ...rest, workloads, look, observe };
}

const seen = (Id: string, name: string, Labels: SeenContainer['Labels'] = {}): SeenContainer => ({
  ...{ Id, Names: [`/${name}`], Labels },
});

describe('looking for workloads', () => {
  it('shows those with a label and those that are named, and asks the engine about no other', async () => {
    const { look, asked } = looking();
    expect(await look()).toEqual(['web']);
    expect(asked.inspects).toEqual([WEB]);
    expect((await look('db', 'absent')).sort()).toEqual(['db', 'web']);
    expect(asked.inspects).toEqual([WEB, DB]);
  });

  it('asks the engine for nothing while nothing changes, and each time if no events are received', async () => {
    const { look, asked } = looking();
    for (let time = 0; time < 5; time++) await look('db');
    expect(asked).toEqual({ lists: 1, inspects: [WEB, DB] });
    const { look: other, asked: again } = looking({ isFollowed: false });
    for (let time = 0; time < 3; time++) await other();
    expect(again).toEqual({ lists: 3, inspects: [WEB, WEB, WEB] });
  });

  it('lists them again after an event of any container, and inspects that one alone', async () => {
    const { all, look, asked, workloads } = looking();
    await look('db');
    all.set('d'.repeat(64), { Id: 'd'.repeat(64), Names: ['/new'], Labels: LABELS });
    expect(await look('db')).not.toContain('new');
    workloads.forget('d'.repeat(64));
    expect(await look('db')).toContain('new');
    expect(asked).toEqual({ lists: 2, inspects: [WEB, DB, 'd'.repeat(64)] });
    workloads.forget(WEB);
    await look('db');
    expect(asked.inspects.slice(3)).toEqual([WEB]);
  });

  it('asks once how the engine runs, until its events begin anew, and not at all where there is no workload', async () => {
    const { all, look, observe, users, workloads } = looking();
    all.delete(WEB);
    await look();
    expect(users.asked).toBe(0);
    for (let time = 0; time < 3; time++) await look('db');
    workloads.forget(DB);
    expect((await observe('db'))[0]?.unsuitable).toBeUndefined();
    expect(users.asked).toBe(1);
    users.answer = () => Promise.resolve({ isRootless: true, isRemapped: false });
    workloads.forget();
    expect((await observe('db'))[0]?.unsuitable?.cause).toContain('rootless');
    expect(users.asked).toBe(2);
  });

  it('takes an engine for a plain one if it does not say, and asks again', async () => {
    const { observe, users } = looking();
    const { answer } = users;
    users.answer = () => Promise.reject(new Error('403 Forbidden'));
    expect((await observe())[0]).toMatchObject({ workload: 'web' });
    users.answer = answer;
    await observe();
    await observe();
    expect(users.asked).toBe(2);
  });

  it('finds those that somebody only asks about, and forgets them again', async () => {
    const { look, workloads, asked } = looking();
    await look('db');
    const found = await workloads.lookFor(['plain', 'absent'], {});
    expect(found.map(({ workload }) => workload)).toEqual(['plain']);
    expect(asked).toEqual({ lists: 1, inspects: [WEB, DB, PLAIN] });
    expect(workloads.concerns(seen(PLAIN, 'plain'))).toBe(false);
    expect([workloads.inspected(PLAIN), workloads.inspected(DB)?.Id]).toEqual([undefined, DB]);
  });

  it('is woken by those with a label, those that are named and those that were, and by no other', async () => {
    const { look, workloads } = looking();
    await look('db');
    expect(workloads.concerns(seen(PLAIN, 'plain'))).toBe(false);
    expect(workloads.concerns(seen(PLAIN, 'plain', { 'com.docker.compose.project': 'shop' }))).toBe(false);
    expect(workloads.concerns(seen('new', 'new', LABELS))).toBe(true);
    expect(workloads.concerns(seen('new', 'new', { ...LABELS, 'io.orrery.host': 'hst_other' }))).toBe(false);
    expect(workloads.concerns(seen('new', 'db'))).toBe(true);
    // It was renamed, or came to a network.
    expect(workloads.concerns(seen(DB, 'other'))).toBe(true);
    expect(workloads.concerns({ Id: DB, Names: [], Labels: {} })).toBe(true);
  });
});
