import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Problem } from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';

interface Described {
  'x-orrery-policy': string;
  responses: Record<string, object>;
}

const GOLDEN = new URL('../../../../docs/openapi.golden.json', import.meta.url);
const ID = 'a'.repeat(20);

describe('statuses that the document names for every operation of a kind', () => {
  const { bench } = apiFixture();
  let operations: { method: string; path: string; named: string[]; token: string | null }[];

  beforeAll(async () => {
    const { paths } = JSON.parse(await readFile(GOLDEN, 'utf8')) as {
      paths: Record<string, Record<string, Described>>;
    };
    const tokenFor = (policy: string) => {
      if (policy === 'public' || policy === 'key') return null;
      return policy === 'join' ? bench.api.joinSecret : bench.api.adminToken;
    };
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { responses, 'x-orrery-policy': policy }]) => ({
        method: method.toUpperCase(),
        path: path
          .replace('{command}', `cmd_${ID}`)
          .replace('{probe}', `prb_${ID}`)
          .replaceAll(/\{\w+\}/g, 'nobody'),
        named: Object.keys(responses),
        token: tokenFor(policy),
      })),
    );
  }, 60_000);

  /** The operations that answer with the status, and those that name it. */
  async function compare(status: number, asking: { body?: string; headers?: Record<string, string>; token?: null }) {
    const answered: string[] = [];
    for (const { method, path, token } of operations.filter(({ path }) => path !== '/v1/events/stream')) {
      const response = await bench.api.raw(method, path, {
        token,
        ...(method === 'GET' ? {} : asking),
        ...('token' in asking ? asking : {}),
      });
      const body = await response.text();
      if (response.status !== status) continue;
      expect(Problem.parse(JSON.parse(body)).status).toBe(status);
      answered.push(`${method} ${path}`);
    }
    const named = operations.filter((operation) => operation.named.includes(String(status)));
    return {
      answered,
      named: named.map(({ method, path }) => `${method} ${path}`).filter((at) => !at.endsWith('/stream')),
    };
  }

  it.each([
    [413, { body: JSON.stringify('x'.repeat(70_000)) }],
    [415, { body: 'x', headers: { 'content-type': 'text/plain' } }],
  ])('%i is answered by exactly those operations that name it', async (status, asking) => {
    const { answered, named } = await compare(status, asking);
    expect(named.length).toBeGreaterThan(20);
    expect(answered).toEqual(named);
  });

  it('403 is answered by all writes, to a page of another site; 401 by all that need a token, to a client without one', async () => {
    const foreign = await compare(403, { headers: { origin: 'https://elsewhere.example' } });
    expect(foreign.answered).toEqual(foreign.named.filter((at) => !at.startsWith('GET')));
    const tokenless = await compare(401, { token: null });
    // Their 401 is about the proof, or the token, in the body.
    const proven = tokenless.named.filter((at) => !['POST /v1/join/renew', 'POST /v1/logins'].includes(at));
    expect(tokenless.answered).toEqual(proven);
  });
});
