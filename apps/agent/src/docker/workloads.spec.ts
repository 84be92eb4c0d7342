import { describe, expect, it } from '@jest/globals';
import { InspectedContainer } from './inspected.js';
import { findWorkload, isOfWorkload, observedWorkload, type WorkloadAround } from './workloads.js';

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

describe('what an agent reports of a workload', () => {
  const inspect = (more: { mode?: string; labels?: object; status?: string } = {}) =>
    InspectedContainer.parse({
      Id: 'a'.repeat(64),
      Name: '/shop-db-1',
      Image: 'sha256:1',
      State: { Status: more.status ?? 'running', Pid: 7, StartedAt: '2026-11-29T10:00:00Z' },
      HostConfig: { NetworkMode: more.mode ?? 'shop_default' },
      Config: { Image: 'postgres:18', Labels: { secret: 'canary', ...more.labels } },
      NetworkSettings: {},
    });
  const OPEN: WorkloadAround = { networks: [{ gateway: '172.18.0.1', isInternal: false }], hasOwnRoot: false };
  const seen = (more: Parameters<typeof inspect>[0] = {}, around = OPEN) =>
    observedWorkload('shop/db/1', inspect(more), around);

  it('is its name, its state and whether it wears the label, and nothing else of it', () => {
    expect(seen()).toEqual({
      ...{ workload: 'shop/db/1', name: 'shop-db-1', engineId: 'a'.repeat(64) },
      ...{ state: 'running', startedAt: '2026-11-29T10:00:00Z', labelled: false },
    });
    expect(seen({ labels: { 'orrery.network': 'shop' } }).labelled).toBe(true);
    expect(seen({ labels: { 'orrery.network': 'shop', 'orrery.enable': 'false' } }).labelled).toBe(false);
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

  it('is unsuitable on internal networks only, unless there is a root of your own', () => {
    const shut = { ...OPEN, networks: [{ gateway: undefined, isInternal: true }] };
    expect(seen({}, shut).unsuitable?.cause).toMatch(/no way out/);
    expect(seen({}, { ...shut, hasOwnRoot: true }).unsuitable).toBeUndefined();
    expect(seen({}, { ...shut, networks: [...shut.networks, ...OPEN.networks] }).unsuitable).toBeUndefined();
    // One that does not run is on no network at all.
    expect(seen({ status: 'exited' }, { ...OPEN, networks: [] }).unsuitable).toBeUndefined();
  });
});
