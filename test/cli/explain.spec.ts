import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Explanation } from '@orrery/shared/contracts';
import { runCli } from './support/fake-terminal.js';
import { json, StubApi } from './support/stub-api.js';
import { id, LAB } from './support/stub-data.js';

const explanation = (more: Partial<Explanation> = {}): Explanation => ({
  about: {
    ...{ kind: 'membership', name: 'web-1/demo in shop', host: { id: id('hst', 1), name: 'web-1' }, command: null },
    ...{ node: { id: id('nod', 1), name: 'web-1/demo', kind: 'container' }, network: { id: LAB, name: 'shop' } },
  },
  standing: 'trouble',
  pending: false,
  headline: 'web-1/demo is not in shop: its controller has not authorized 3cdfe08e8b',
  since: new Date(Date.now() - 250_000).toISOString(),
  asOf: null,
  cause: {
    ...{ code: 'authorization', cause: 'its controller has not authorized 3cdfe08e8b', fix: 'Authorize it.' },
    commands: [{ on: 'anywhere', host: null, run: 'orrery membership authorize web-1/demo shop' }],
    docs: '/docs/errors#authorization',
  },
  views: {
    controller: { text: 'has a record, not authorized', standing: 'trouble' },
    daemon: { text: 'ACCESS_DENIED', standing: 'trouble' },
    kernel: { text: 'shows no interface', standing: 'trouble' },
  },
  story: [{ at: '2026-01-02T14:02:11.000Z', text: 'anna asked for it: launch web-1/demo' }],
  more: [],
  ...more,
});

describe('orrery explain', () => {
  let api: StubApi;
  beforeEach(async () => {
    api = await StubApi.start();
  });
  afterEach(() => api.close());
  const orrery = (line: string) => runCli(line.split(' '), api.env);
  const answers = (more: Partial<Explanation> = {}) =>
    api.on('GET /v1/explanations', () => json(Explanation, explanation(more)));
  const refuses = (code: string, candidates: string[] = []) =>
    api.on('GET /v1/explanations', () => ({
      status: code === 'ambiguous-reference' ? 409 : 404,
      body: { type: '', title: '', status: 404, code, detail: 'there is nothing', fix: 'write another', candidates },
    }));

  it('tells the sentence, the story, the three views and the fix', async () => {
    answers();
    const { code, out } = await orrery('explain web-1/demo shop');
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'web-1/demo is not in shop: its controller has not authorized 3cdfe08e8b, for 4m',
      '  2026-01-02 14:02:11   anna asked for it: launch web-1/demo',
      '  controller   has a record, not authorized',
      '  daemon       ACCESS_DENIED',
      '  kernel       shows no interface',
      '  fix    Authorize it.',
      '  run    orrery membership authorize web-1/demo shop',
      '  more   orrery explain authorization',
    ]);
  });

  it('tells one sentence where all is fine, and how old it is where the host is away', async () => {
    const fine = { standing: 'fine', headline: 'web-1 is online', cause: null, views: null, story: [] } as const;
    answers({ ...fine, story: [] });
    expect((await orrery('explain web-1')).out).toBe('web-1 is online');
    answers({ ...fine, story: [], asOf: new Date(Date.now() - 65_000).toISOString() });
    expect((await orrery('explain web-1')).out).toContain('told from what was last heard, 1m ago');
  });

  it('shows hostile text as text', async () => {
    answers({ headline: 'it is called \u001b[2J\u202e', story: [] });
    expect((await orrery('explain web-1')).out).not.toMatch(/\u001b\[2J|\u202e/);
  });

  it('explains a code that is nothing else, with or without an API', async () => {
    refuses('unknown-reference');
    for (const word of ['authorization', 'code:authorization'])
      expect((await orrery(`explain ${word}`)).out).toMatch(/^authorization\nThe network is private/);
    expect((await runCli(['explain', 'authorization'], { ORRERY_URL: 'http://127.0.0.1:1' })).code).toBe(0);
  });

  it('exits 2 with both candidates for a code that is also a name, and accepts each', async () => {
    answers({ about: { ...explanation().about, kind: 'network' } });
    const { code, err } = await orrery('explain address');
    expect(code).toBe(2);
    expect(err).toContain('did you mean:\n  code:address\n  network:address');
    expect((await orrery('explain code:address')).out).toMatch(/^address\n/);
    expect((await orrery('explain network:address')).out).toContain('web-1/demo is not in shop');
  });

  it('exits 2 for a name that is a host and a network, with the candidates of the API', async () => {
    refuses('ambiguous-reference', ['host:shop', 'network:shop']);
    const { code, err } = await orrery('explain shop');
    expect([code, err.includes('host:shop\n  network:shop')]).toEqual([2, true]);
  });
});
