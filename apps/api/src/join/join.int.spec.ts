import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Host, HostPage, JoinReply, Node } from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { joinBody, joinHost, newInstallation } from '../../../../test/support/joined-host.js';

const { bench, api } = apiFixture();

describe('the secrets of a first start', () => {
  it('exist, are recognizable, and readable only by their owner', async () => {
    expect(api.adminToken).toMatch(/^ora_[A-Za-z0-9_-]{43}$/);
    expect(api.joinSecret).toMatch(/^orj_[A-Za-z0-9_-]{43}$/);
    for (const name of ['admin.token', 'join.secret', 'signing.key'])
      expect((await stat(join(api.home, 'secrets', name))).mode & 0o777).toBe(0o600);
    expect((await stat(join(api.home, 'secrets'))).mode & 0o777).toBe(0o700);
  });

  it('are in the database only as hashes', async () => {
    await api.get('/v1/hosts', HostPage);
    const rows = await api.database.query<{ hash: Buffer }[]>('SELECT * FROM api_tokens');
    expect(rows).toMatchObject([{ name: 'admin', role: 'admin' }]);
    expect(rows[0]?.hash).toHaveLength(32);
    expect(JSON.stringify(rows)).not.toContain(api.adminToken.slice(4));
  });
});

describe('a joining host', () => {
  it('becomes known with its node, and learns how to reach NATS and whose signatures to trust', async () => {
    const reply = await joinHost(api, 'web-1', { labels: { site: 'cloud' }, simulated: true });
    expect(reply.nats).toEqual({
      url: `nats://127.0.0.1:${bench.nats.port}`,
      user: bench.nats.user,
      password: bench.nats.password,
      jwt: null,
      ca: null,
    });
    expect(reply.signingKeys).toHaveLength(1);
    const { body: host } = await api.get('/v1/hosts/web-1', Host);
    expect(host).toMatchObject({ id: reply.hostId, node: reply.nodeId, labels: { site: 'cloud' }, simulated: true });
    expect(host).toMatchObject({ presence: 'joined', revision: 0, heldRevision: 0, version: 1, engine: null });
    const { body: node } = await api.get(`/v1/nodes/${reply.nodeId}`, Node);
    expect(node).toMatchObject({ name: 'web-1', kind: 'host', state: 'unknown', address: null, simulated: true });
  });

  it('is the same host when the same installation joins again, even at the same moment', async () => {
    const request = { installation: newInstallation() };
    const replies = await Promise.all([1, 2, 3, 4, 5].map(() => joinHost(api, 'twice', request)));
    expect(new Set(replies.map(({ hostId }) => hostId)).size).toBe(1);
    expect((await joinHost(api, 'another-name', request)).name).toBe('twice');
  });

  it('is a new host after it was removed, unless it asks to be the previous one', async () => {
    const installation = newInstallation();
    const former = await joinHost(api, 'returning', { installation });
    const asItself = { name: 'returning', agentVersion: 'test', installation, host: former.hostId };
    const ask = { body: await joinBody(api, asItself), token: api.joinSecret };
    expect((await api.ask('POST', '/v1/join', JoinReply, ask)).body.hostId).toBe(former.hostId);
    await api.ask('DELETE', '/v1/hosts/returning', Host);
    const problem = await api.refused('POST', '/v1/join', 'unknown-host', ask);
    expect(problem.fix).toContain('joins as a new host');
    await api.refused('GET', '/v1/hosts/returning', 'unknown-host');
    const again = await joinHost(api, 'returning', { installation });
    expect(again).toMatchObject({ name: 'returning' });
    expect([again.hostId, again.nodeId]).not.toContain(former.hostId);
  });

  it('cannot take the name of the host of another installation', async () => {
    await joinHost(api, 'taken');
    const body = await joinBody(api, { name: 'taken', agentVersion: 'test', installation: newInstallation() });
    const problem = await api.refused('POST', '/v1/join', 'name-taken', { body, token: api.joinSecret });
    expect(problem.fix).toContain('orrery host rm taken');
    await expect(joinHost(api, 'not-taken')).resolves.toMatchObject({ name: 'not-taken' });
  });

  it('needs the join secret: neither nothing, nor another secret, nor the admin token will do', async () => {
    const body = await joinBody(api, { name: 'stranger', agentVersion: 'test', installation: newInstallation() });
    for (const token of [null, `orj_${'x'.repeat(43)}`, api.adminToken])
      await api.refused('POST', '/v1/join', 'join-refused', { body, token });
    await api.refused('GET', '/v1/hosts/stranger', 'unknown-host');
    await api.ask('POST', '/v1/join', JoinReply, { body, token: api.joinSecret });
  });

  it('must have a valid name and installation', async () => {
    const right = await joinBody(api, { name: 'right', agentVersion: 'test', installation: newInstallation() });
    for (const wrong of [
      { name: 'Wrong' },
      { name: '-a' },
      { installation: 'short' },
      { labels: { A: 'b' } },
      { root: true },
    ])
      await api.refused('POST', '/v1/join', 'bad-request', { body: { ...right, ...wrong }, token: api.joinSecret });
  });

  it('is recorded in the outbox within the same transaction', async () => {
    const { hostId } = await joinHost(api, 'told');
    const rows = await api.database.query(
      `SELECT type FROM outbox WHERE host_id = $1 UNION ALL SELECT type FROM events WHERE host_id = $1`,
      [hostId],
    );
    expect(rows).toEqual([{ type: 'host.joined' }]);
  });
});
