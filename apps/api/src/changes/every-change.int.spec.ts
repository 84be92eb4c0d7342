import { beforeAll, describe, expect, it } from '@jest/globals';
import { DryRun, JoinNonce, Problem } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { writeOperations, type WriteOperation } from '../../../../test/support/changes/operations.js';
import { World, type Request } from '../../../../test/support/changes/world.js';
import { joinBody, newInstallation } from '../../../../test/support/joined-host.js';

/** Operations with a protocol of their own, each with the reason (docs/adr/0027-every-change-goes-one-way.md). */
const OWN_PROTOCOL: Record<string, string> = {
  createLogin: 'each login has secrets of its own, and one that nobody uses ends by itself',
  endLogin: 'it ends the login that it comes with, which no later request can come with',
  examineHost: 'it only looks, so asking again does no harm',
  issueNonce: 'it stores nothing, and a nonce is good for one proof',
  joinHost: 'the same installation is the same host, and its proof has a nonce',
  renewHost: 'a renewal changes nothing of the host, and its proof has a nonce',
};

const operations = writeOperations();
const changes = operations.filter(({ id }) => !(id in OWN_PROTOCOL));
const named = (some: WriteOperation[]) => some.map((operation): [string, WriteOperation] => [operation.id, operation]);

const { api, closing } = apiFixture();
let world: World;

beforeAll(async () => {
  world = closing(await World.make(api));
}, 60_000);

/** Everything that people have decided, as stored, and everything that agents were told to do. */
const DECIDED = `SELECT jsonb_build_object(
  'hosts', (SELECT jsonb_agg(to_jsonb(h) ORDER BY h.id) FROM hosts h), 'nodes', (SELECT count(*) FROM nodes),
  'items', (SELECT jsonb_agg(to_jsonb(i) ORDER BY i.id) FROM items i),
  'containers', (SELECT jsonb_agg(to_jsonb(c) ORDER BY c.id) FROM containers c),
  'memberships', (SELECT jsonb_agg(to_jsonb(m) ORDER BY m.item_id) FROM memberships m),
  'networks', (SELECT jsonb_agg(to_jsonb(n) ORDER BY n.id) FROM networks n),
  'routes', (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.id) FROM routes r),
  'routers', (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.item_id) FROM routers r),
  'routers of routes', (SELECT jsonb_agg(to_jsonb(u) ORDER BY u.route_id, u.place) FROM route_routers u),
  'verdicts', (SELECT jsonb_agg(to_jsonb(v) ORDER BY v.network_id, v.address) FROM verdicts v),
  'controllers', (SELECT jsonb_agg(to_jsonb(c) ORDER BY c.id) FROM controllers c),
  'commands', (SELECT count(*) FROM commands), 'cancelled', (SELECT count(*) FROM commands WHERE state = 'cancelled'),
  'tokens', (SELECT jsonb_agg(jsonb_build_object('id', t.id, 'revoked', t.revoked_at) ORDER BY t.id) FROM api_tokens t),
  'join tokens', (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.id) FROM join_tokens t),
  'keys', (SELECT count(*) FROM idempotency)) AS decided`;
async function decided() {
  const rows = await api.database.query<{ decided: object }[]>(DECIDED);
  return { ...rows[0]?.decided, done: world.done };
}

const urlOf = ({ path, query = {} }: Request, more: Record<string, string> = {}) =>
  `${path}?${new URLSearchParams({ ...query, ...more }).toString()}`;
const reversed = (body: object) => Object.fromEntries(Object.entries(body).reverse());

async function prepare({ id }: WriteOperation): Promise<Request> {
  const request = world.requests[id];
  if (!request) throw new Error(`test/support/changes/world.ts has no request for ${id}: add one`);
  return request();
}

describe('an operation that changes something', () => {
  it('is a regular change, unless it is listed with a protocol of its own', () => {
    expect(operations.length).toBeGreaterThan(25);
    const others = operations.filter(({ ownProtocol }) => ownProtocol !== undefined);
    expect(others.map(({ id }) => id).sort()).toEqual(Object.keys(OWN_PROTOCOL));
    expect(changes.filter(({ hasDryRun, hasIdempotencyKey }) => !hasDryRun || !hasIdempotencyKey)).toEqual([]);
  });
});

describe.each(named(changes))('%s', (_id, operation) => {
  const { method, hasIfMatch } = operation;
  let request: Request;
  beforeAll(async () => {
    request = await prepare(operation);
  }, 20_000);

  const ask = (
    query: Record<string, string>,
    headers: Record<string, string> = {},
    body: object | undefined = request.body,
  ) => api.raw(method, urlOf(request, query), { headers, ...(body ? { body } : {}) });
  const refused = async (query: Record<string, string>, headers: Record<string, string>, code: Problem['code']) => {
    const problem = Problem.parse(await (await ask(query, headers)).json());
    expect(problem).toMatchObject({ code });
    return problem;
  };

  it('refuses an unknown query parameter, and changes nothing', async () => {
    const before = await decided();
    expect((await refused({ walk: '1' }, {}, 'bad-request')).detail).toContain('walk');
    expect(await decided()).toEqual(before);
  });

  it('shows in a dry run what would change, and changes nothing', async () => {
    const before = await decided();
    const response = await ask({ dryRun: 'true' }, { 'idempotency-key': `dry ${operation.id}` });
    const json: unknown = await response.json();
    expect([response.status, json]).toEqual([200, expect.objectContaining({ dryRun: true })]);
    const { changes: shown, hosts } = DryRun.parse(json);
    expect(shown.length + hosts.flatMap(({ steps }) => steps ?? []).length).toBeGreaterThan(0);
    expect(await decided()).toEqual(before);
  });

  it(hasIfMatch ? 'refuses a change based on an older version' : 'has no version, and refuses If-Match', async () => {
    const before = await decided();
    const headers = { 'if-match': '"987654"' };
    const code = hasIfMatch ? 'revision-conflict' : 'bad-request';
    await refused({}, headers, code);
    // A dry run gives the same refusal as the real request.
    await refused({ dryRun: 'true' }, headers, code);
    expect(request.version !== undefined).toBe(hasIfMatch);
    expect(await decided()).toEqual(before);
  });

  it('is carried out once for an Idempotency-Key, in whatever order the keys of its body are, and repeats no secret', async () => {
    const version = await request.version?.();
    const headers = {
      'idempotency-key': `key of ${operation.id}`,
      ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
    };
    const first = await ask({}, headers);
    const answer = (await first.json()) as Record<string, unknown>;
    expect([first.status, answer]).toEqual([
      expect.any(Number),
      expect.not.objectContaining({ code: expect.anything() }),
    ]);
    expect([first.ok, first.headers.get('idempotency-replayed')]).toEqual([true, null]);

    const after = await decided();
    const again = await ask({}, headers, request.body && reversed(request.body));
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([first.status, 'true']);
    for (const name of ['location', 'etag']) expect(again.headers.get(name)).toBe(first.headers.get(name));
    const repeated = (await again.json()) as Record<string, unknown>;
    if ('secret' in answer) {
      expect(repeated).toEqual({
        token: answer.token,
        withheld: { cause: expect.any(String), fix: expect.any(String) },
      });
      expect(JSON.stringify(repeated)).not.toContain(answer.secret);
    } else expect(repeated).toEqual(answer);

    // A different request with the same key.
    await refused({ dryRun: 'false' }, headers, 'idempotency-mismatch');
    expect(await decided()).toEqual(after);
  });
});

describe.each(named(operations.filter(({ id }) => id in OWN_PROTOCOL)))('%s', (_id, { id, method, path }) => {
  async function ask(query: string, headers: Record<string, string>) {
    const join = await joinBody(api, { name: 'own', agentVersion: 'test', installation: newInstallation() });
    const { key, nonce, proof } = join;
    const bodies: Record<string, object> = {
      createLogin: { token: api.adminToken },
      joinHost: join,
      renewHost: { host: newId('hst'), key, nonce, proof },
    };
    const asking = bodies[id] ? { body: bodies[id] } : {};
    const isPerson = id === 'examineHost' || id === 'endLogin';
    const asker = isPerson ? {} : { token: id === 'joinHost' ? api.joinSecret : null };
    const to = path.replace('{host}', 'web-1');
    return api.refused(method, `${to}${query}`, 'bad-request', { ...asking, headers, ...asker });
  }

  it('has neither dry run, Idempotency-Key nor version, and refuses each instead of ignoring it', async () => {
    const stored = () => api.database.query<unknown[]>('SELECT id FROM hosts UNION ALL SELECT id FROM logins');
    const before = await stored();
    expect((await ask('?dryRun=true', {})).detail).toContain('dryRun');
    expect((await ask('?walk=1', {})).detail).toContain('walk');
    expect((await ask('', { 'idempotency-key': 'one' })).detail).toContain('idempotency-key');
    expect((await ask('', { 'if-match': '"1"' })).detail).toContain('if-match');
    expect(await stored()).toEqual(before);
    if (id === 'issueNonce') await api.ask(method, path, JoinNonce, { token: null });
  });
});
