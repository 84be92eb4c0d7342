import { describe, expect, it } from '@jest/globals';
import { InspectedContainer } from './inspected.js';
import {
  findWorkload,
  isOfWorkload,
  labelledWorkloads,
  labelsForOrrery,
  MAX_LABELLED,
  observedWorkload,
  referenceOf,
  type WorkloadAround,
} from './workloads.js';

const compose = (more: object = {}) => ({
  'com.docker.compose.project': 'shop',
  'com.docker.compose.service': 'db',
  'com.docker.compose.container-number': '1',
  'com.docker.compose.oneoff': 'False',
  ...more,
});
const listed = (Id: string, more: object = {}) => ({
  Id,
  Names: ['/shop-db-1'],
  State: 'running',
  Created: 1,
  Labels: compose(),
  ...more,
});

describe('the container of a workload', () => {
  it('is found by project, service and number, or by its name', () => {
    expect(isOfWorkload('shop/db/1', listed('a'))).toBe(true);
    expect(isOfWorkload('shop-db-1', listed('a'))).toBe(true);
  });

  it.each([
    ['shop/db/2', listed('a')],
    ['shop/web/1', listed('a')],
    ['other/db/1', listed('a')],
    ['shop-db', listed('a')],
    ['db', listed('a')],
    ['shop/db/1', listed('a', { Labels: compose({ 'com.docker.compose.oneoff': 'True' }) })],
    ['shop/db/1', listed('a', { Labels: null })],
  ])('is not %s when it is another one', (workload, one) => {
    expect(isOfWorkload(workload, one)).toBe(false);
  });

  it('is the running one of two, as during `compose up`, and otherwise the newer', () => {
    const [old, next] = [listed('old', { Created: 1 }), listed('next', { Created: 2, State: 'created' })];
    expect(findWorkload('shop/db/1', [next, old])?.Id).toBe('old');
    expect(findWorkload('shop/db/1', [{ ...old, State: 'exited' }, next])?.Id).toBe('next');
    expect(findWorkload('shop/web/1', [old])).toBeUndefined();
  });
});

describe('the workloads that wear a label for Orrery', () => {
  const LABELS = { 'orrery.network': 'lab' };
  const ids = (...all: ReturnType<typeof listed>[]) =>
    [...labelledWorkloads(all)].map(([reference, { Id }]) => [reference, Id]);

  it('are named by project, service and number, or else by their name', () => {
    expect(ids(listed('a', { Labels: compose(LABELS) }))).toEqual([['shop/db/1', 'a']]);
    expect(ids(listed('a', { Names: ['/web'], Labels: LABELS }))).toEqual([['web', 'a']]);
    const oneOff = compose({ ...LABELS, 'com.docker.compose.oneoff': 'True' });
    expect(ids(listed('a', { Names: ['/shop-job-run-1'], Labels: oneOff }))).toEqual([['shop-job-run-1', 'a']]);
  });

  it('are those with any such label, and none without', () => {
    const [unknown, foreign] = [{ 'orrery.netwrk': 'lab' }, { 'orreryx.network': 'lab', network: 'orrery.network' }];
    expect(ids(listed('a', { Labels: compose(unknown) }))).toEqual([['shop/db/1', 'a']]);
    expect(ids(listed('a', { Labels: compose(foreign) }), listed('b', { Labels: null }))).toEqual([]);
  });

  it('are never those of Orrery, nor those that nothing can name', () => {
    expect(ids(listed('a', { Labels: { ...LABELS, 'io.orrery.host': 'hst_x' } }))).toEqual([]);
    expect(ids(listed('a', { Labels: compose({ ...LABELS, 'com.docker.compose.container-number': '0' }) }))).toEqual(
      [],
    );
    expect(referenceOf({ Names: [], Labels: {} })).toBeUndefined();
  });

  it('are the running ones of those with the same reference, whichever wears the label', () => {
    const old = listed('old', { Labels: compose(LABELS) });
    const next = listed('next', { Created: 2, State: 'created' });
    expect(ids(next, old)).toEqual([['shop/db/1', 'old']]);
    expect(ids({ ...next, State: 'running' }, { ...old, State: 'exited' })).toEqual([]);
  });

  it('are limited in number, in the order of their references', () => {
    const many = Array.from({ length: MAX_LABELLED + 1 }, (_, at) =>
      listed(String(at), { Names: [`/w${String(9999 - at)}`], Labels: LABELS }),
    );
    const found = [...labelledWorkloads(many).keys()];
    expect(found).toHaveLength(MAX_LABELLED);
    expect([found[0], found.includes('w9999')]).toEqual(['w9499', false]);
  });
});

describe('the labels of a workload', () => {
  it('are reported if they are for Orrery, and no others', () => {
    const own = { 'orrery.network': 'lab', 'orrery.enable': 'true' };
    expect(labelsForOrrery({ ...own, secret: 'canary', 'io.orrery.host': 'x' })).toEqual(own);
    expect(labelsForOrrery({ secret: 'canary' })).toBeUndefined();
  });

  it('are cut to what a report has room for, and those that decide stay', () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`orrery.a${at}`, 'x'.repeat(2000)]));
    const kept = labelsForOrrery({ ...many, 'orrery.enable': 'false', 'orrery.network': 'lab' }) ?? {};
    expect(kept).toMatchObject({
      'orrery.enable': 'false',
      'orrery.network': 'lab',
      'orrery.a0': expect.stringMatching(/^x{1023}…$/),
    });
    expect(Object.keys(kept).length).toBeLessThanOrEqual(32);
    expect(JSON.stringify(kept).length).toBeLessThan(17_000);
    expect(labelsForOrrery({ [`orrery.${'x'.repeat(122)}`]: 'long' })).toBeUndefined();
  });

  it('are left out if no event can have them in it', () => {
    expect(labelsForOrrery({ 'orrery.network': 'a\0b', 'orrery.enable': 'true' })).toEqual({ 'orrery.enable': 'true' });
  });
});

describe('what an agent reports of a workload', () => {
  const inspect = (more: { mode?: string; labels?: object; status?: string; users?: string } = {}) =>
    InspectedContainer.parse({
      Id: 'a'.repeat(64),
      Name: '/shop-db-1',
      Image: 'sha256:1',
      RestartCount: 3,
      State: { Status: more.status ?? 'running', Pid: 7, StartedAt: '2026-11-29T10:00:00Z' },
      HostConfig: { NetworkMode: more.mode ?? 'shop_default', UsernsMode: more.users },
      Config: { Image: 'postgres:18', Labels: { secret: 'canary', ...more.labels } },
      NetworkSettings: {},
    });
  const OPEN: WorkloadAround = {
    ...{ networks: [{ gateway: '172.18.0.1', isInternal: false }], hasOwnRoot: false },
    users: { isRootless: false, isRemapped: false },
  };
  const seen = (more: Parameters<typeof inspect>[0] = {}, around = OPEN) =>
    observedWorkload('shop/db/1', inspect(more), around);

  it('is its name, its state, its restarts and its labels for Orrery, and nothing else of it', () => {
    expect(seen()).toEqual({
      ...{ workload: 'shop/db/1', name: 'shop-db-1', engineId: 'a'.repeat(64) },
      ...{ state: 'running', startedAt: '2026-11-29T10:00:00Z', labelled: false, restarts: 3 },
    });
    const worn = { 'orrery.network': 'shop' };
    expect(seen({ labels: worn })).toMatchObject({ labelled: true, labels: worn });
    expect(seen({ labels: { ...worn, 'orrery.enable': 'false' } }).labelled).toBe(false);
    expect(seen({ labels: { 'orrery.network': ' , ' } }).labelled).toBe(false);
  });

  it.each<[string, Parameters<typeof inspect>[0], RegExp]>([
    ['uses the network of the host', { mode: 'host' }, /network of the host/],
    [
      'uses the network of another container',
      { mode: `container:${'b'.repeat(64)}` },
      /of the container bbbbbbbbbbbb$/,
    ],
    ['has no network', { mode: 'none' }, /no way out/],
    ['is a task of Swarm', { labels: { 'com.docker.swarm.task.id': 'x' } }, /nobody can name again/],
    ['is a task of `compose run`', { labels: { 'com.docker.compose.oneoff': 'True' } }, /nobody can name again/],
    ['is ours', { labels: { 'io.orrery.host': 'hst' } }, /ZeroTier container of Orrery/],
  ])('is why nothing can be attached when it %s', (_how, more, cause) => {
    expect(seen(more).unsuitable).toMatchObject({ code: 'workload-unsuitable', cause: expect.stringMatching(cause) });
  });

  it('names the container to attach instead, by its name if that is known', () => {
    const fix = (owner?: string) => seen({ mode: `container:${'b'.repeat(64)}` }, { ...OPEN, owner }).unsuitable?.fix;
    expect(fix('shop-web-1')).toContain('Attach shop-web-1 instead');
    expect(fix()).toContain('Attach bbbbbbbbbbbb instead');
  });

  it('is unsuitable on a rootless engine, whatever else it is', () => {
    const rootless = { ...OPEN, users: { isRootless: true, isRemapped: false } };
    expect(seen({}, rootless).unsuitable).toMatchObject({
      ...{ code: 'workload-unsuitable', cause: expect.stringContaining('rootless') },
      fix: expect.stringContaining('ORRERY_DOCKER_SOCKET'),
    });
    expect(seen({ mode: 'host', status: 'exited' }, rootless).unsuitable?.cause).toContain('rootless');
  });

  it('is suitable on an engine that remaps users, unless it uses those of the host', () => {
    const remapped = { ...OPEN, users: { isRootless: false, isRemapped: true } };
    expect(seen({}, remapped).unsuitable).toBeUndefined();
    expect(seen({ users: 'host' }, remapped).unsuitable).toMatchObject({
      ...{ code: 'workload-unsuitable', cause: expect.stringContaining('user namespace of the host') },
      fix: expect.stringContaining('--userns=host'),
    });
    // Without --userns-remap, this changes nothing.
    expect(seen({ users: 'host' }).unsuitable).toBeUndefined();
  });

  it('is unsuitable on internal networks only, unless there is a root of your own', () => {
    const shut = { ...OPEN, networks: [{ gateway: undefined, isInternal: true }] };
    expect(seen({}, shut).unsuitable?.cause).toMatch(/no way out/);
    expect(seen({}, { ...shut, hasOwnRoot: true }).unsuitable).toBeUndefined();
    expect(seen({}, { ...shut, networks: [...shut.networks, ...OPEN.networks] }).unsuitable).toBeUndefined();
    // One that does not run is on no network at all.
    expect(seen({ status: 'exited' }, { ...OPEN, networks: [] }).unsuitable).toBeUndefined();
  });
});
