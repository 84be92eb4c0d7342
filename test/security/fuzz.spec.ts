import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PUBLIC, System } from '../support/system/system.js';
import { wrongWith } from './fuzz/check-answer.js';
import { FuzzSession } from './fuzz/session.js';

/** `npm run fuzz -- --requests 100000 --seed 7` sets both. */
const count = Number(process.env['ORRERY_FUZZ_REQUESTS'] ?? 1500);
const seed = Number(process.env['ORRERY_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

describe('requests generated from the OpenAPI document', () => {
  let system: System;
  let session: FuzzSession;

  beforeAll(async () => {
    system = await System.start({
      hosts: ['fuzz-1', 'fuzz-2'],
      agent: () => ({ ORRERY_HOST_LABELS: 'site=cloud' }),
    });
    const launched = await system.launch('fuzz-1', 'edge', PUBLIC);
    await system.done(launched.id);
    await system.api.raw('PUT', `/v1/networks/${PUBLIC}`, { body: { name: 'lab' } });
    session = await FuzzSession.open(system);
  }, 120_000);
  afterAll(() => system?.close());

  it(
    `never lead to a fault, or to an answer that the document does not describe`,
    async () => {
      process.stderr.write(
        `fuzz: ${count} requests, seed ${seed} (npm run fuzz -- --requests ${count} --seed ${seed})\n`,
      );
      const from = performance.now();
      await session.run({ seed, count });
      const perSecond = Math.round(count / ((performance.now() - from) / 1000));
      const total = new Map<number, number>();
      for (const counts of session.seen.values())
        for (const [status, times] of counts) total.set(status, (total.get(status) ?? 0) + times);
      process.stderr.write(`fuzz: ${perSecond}/s, by status ${JSON.stringify(Object.fromEntries(total))}\n`);
      if (process.env['ORRERY_FUZZ_SHOW'])
        for (const [id, counts] of session.seen)
          process.stderr.write(`  ${id} ${JSON.stringify(Object.fromEntries(counts))}\n`);
      expect(session.wrong.slice(0, 20).join('\n')).toBe('');
      expect(system.api.process.exited).toBe(false);
      expect(system.api.process.log(50)).toEqual([]);
    },
    Math.max(120_000, count * 40),
  );

  it('reach every operation, and more than half of them with a request that is carried out', () => {
    const { operations } = session.document;
    expect(operations.filter(({ id }) => !session.seen.has(id)).map(({ id }) => id)).toEqual([]);
    const successful = operations.filter(({ id }) =>
      [...(session.seen.get(id)?.keys() ?? [])].some((status) => status < 300),
    );
    expect(successful.length).toBeGreaterThan(operations.length / 2);
  });

  it('would reveal a fault, an unknown status, another shape and a field of the wrong type; a correct answer passes', async () => {
    const operation = session.document.operations.find(({ id }) => id === 'listHosts');
    if (!operation) throw new Error('there is no operation listHosts');
    const type = 'application/json; charset=utf-8';
    const requestId = '0123456789abcdef';
    const body = await (await system.api.raw('GET', '/v1/hosts')).text();
    expect(wrongWith(operation, { status: 200, type, body, requestId })).toBeUndefined();
    const problem = '{"type":"t","title":"t","status":418,"code":"bad-request","detail":"d"}';
    const tampered = [
      { status: 500, type, body: problem.replace('418', '500') },
      { status: 418, type: 'application/problem+json', body: problem },
      { status: 400, type: 'application/problem+json', body: problem },
      { status: 200, type: 'text/html', body },
      { status: 200, type, body: body.replace('"items":[', '"items":[7,') },
      { status: 200, type, body: body.replace(/"name":"[^"]+"/, '"name":7') },
      { status: 200, type, body, requestId: undefined },
      { status: 200, type, body, isHead: true },
    ];
    for (const answer of tampered)
      expect([answer.status, wrongWith(operation, { requestId, ...answer })]).toEqual([
        answer.status,
        expect.any(String),
      ]);
  });
});
