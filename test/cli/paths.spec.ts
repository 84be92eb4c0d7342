import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PathPage, type Path } from '@orrery/shared/contracts';
import { runCli } from './support/fake-terminal.js';
import { json, StubApi } from './support/stub-api.js';
import { id } from './support/stub-data.js';

const nodeAt = (name: string, at: number) => ({ id: id('nod', at), name, kind: 'container' as const });
const aPath = (from: number, to: number, more: Partial<Path> = {}): Path => ({
  ...{ node: nodeAt(`web-${from}/demo`, from), peer: nodeAt(`web-${to}/demo`, to), simulated: false },
  host: { id: id('hst', from), name: `web-${from}` },
  ...{ path: 'direct', endpoint: '192.0.2.1/9993', latencyMs: 3.4, since: '2026-01-01T00:00:00.000Z' },
  ...{ stale: false, reason: null, disagrees: false },
  ...more,
});
const gone = { endpoint: null, latencyMs: null, since: null } as const;
const notTried = { code: 'path-not-tried', cause: 'nothing lately', fix: 'Send something.' } as const;
/** All pairs of so many nodes. */
const pairs = (count: number) =>
  Array.from({ length: count }, (_, from) => from + 1).flatMap((from) =>
    Array.from({ length: count }, (_, to) => to + 1).flatMap((to) => (from === to ? [] : [aPath(from, to)])),
  );

describe('orrery paths', () => {
  let api: StubApi;
  beforeEach(async () => {
    api = await StubApi.start();
  });
  afterEach(() => api.close());
  const orrery = (line: string) => runCli(line, api.env);
  const paths = (...items: Path[]) => api.on('GET /v1/networks/lab/paths', () => json(PathPage, { items, next: null }));

  it('prints each view in a table of all pairs, then each reason once with its fix', async () => {
    paths(
      aPath(1, 2, { disagrees: true }),
      aPath(1, 3, { ...gone, path: 'none', reason: notTried }),
      aPath(2, 1, { path: 'relayed', disagrees: true, endpoint: null, latencyMs: null }),
      aPath(2, 3, { ...gone, path: 'none', reason: notTried }),
      aPath(3, 1, { ...gone, path: 'unknown' }),
      aPath(3, 2, { stale: true }),
    );
    expect(await orrery('paths lab')).toEqual({
      code: 0,
      err: '',
      out: [
        'FROM / TO    web-1/demo   web-2/demo            web-3/demo',
        'web-1/demo   ·            direct ≠ 3 ms         none',
        'web-2/demo   relayed ≠    ·                     none',
        'web-3/demo   unknown      direct (stale) 3 ms   ·',
        '',
        'path-not-tried: nothing lately, and 1 more',
        '    Send something.',
        'relayed, reason unknown: web-2/demo to web-1/demo',
        '≠  only one of the two nodes calls the path direct',
      ].join('\n'),
    });
  });

  it('calls a direct path silent along which nothing comes back', async () => {
    const silent = { code: 'path-silent', cause: 'web-1/demo sends, and nothing comes back', fix: 'Look.' } as const;
    paths(aPath(1, 2, { reason: silent }), aPath(2, 1));
    expect((await orrery('paths lab')).out.split('\n').slice(1, 5)).toEqual([
      'web-1/demo   ·             direct silent',
      'web-2/demo   direct 3 ms   ·',
      '',
      'path-silent: web-1/demo sends, and nothing comes back',
    ]);
  });

  it('is a list for more than eight nodes, and for -o wide', async () => {
    paths(...pairs(8));
    expect((await orrery('paths lab')).out.split('\n')[0]).toMatch(/^FROM \/ TO/);
    expect((await orrery('paths lab -o wide')).out.split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^FROM +TO +PATH +LATENCY +REASON +ENDPOINT +SINCE +CAUSE$/),
      expect.stringMatching(/^web-1\/demo +web-2\/demo +direct +3 ms +- +192\.0\.2\.1\/9993 +\d+d +-$/),
    ]);
    paths(...pairs(9));
    expect((await orrery('paths lab')).out.split('\n')[0]).toMatch(/^FROM +TO +PATH +LATENCY +REASON$/);
  });

  it('prints the objects of the API with -o json', async () => {
    paths(aPath(1, 2));
    expect(JSON.parse((await orrery('paths lab -o json')).out)).toEqual([aPath(1, 2)]);
  });

  it('says what to do when there are no paths', async () => {
    paths();
    const { code, out, err } = await orrery('paths lab');
    expect([code, out, err]).toEqual([
      0,
      '',
      'No paths: fewer than two nodes are in lab. To join one: orrery join NODE lab',
    ]);
  });
});
