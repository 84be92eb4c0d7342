import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Bus, publicKeyOf } from '@orrery/shared/bus';
import { EventPage, Host, inboxPrefix, JoinNonce, JoinReply, JoinTokenMade, renewText } from '@orrery/shared/contracts';
import { createLogger } from '@orrery/shared/runtime';
import { readFile, writeFile } from 'node:fs/promises';
import { requestRenewal } from '../../apps/agent/src/join/join.client.js';
import { eventually, temporaryFolder } from '../support/servers.js';
import type { SystemHost } from '../support/system/system-host.js';
import { System } from '../support/system/system.js';
import { asOnCalmMachine } from '../support/calm.js';

/** docs/threats.md: a stolen host, or one that a person no longer trusts. */
describe('a host whose key', () => {
  let system: System;
  const open: Bus[] = [];
  beforeAll(async () => {
    system = await System.start({ hosts: ['lost', 'turning', 'staying'] });
  }, 120_000);
  afterAll(async () => {
    await Promise.all(open.map((bus) => bus.close()));
    await system?.close();
  });

  const post = (path: string) => system.api.ask('POST', path, Host);
  const record = async ({ home }: SystemHost) =>
    JoinReply.parse(JSON.parse(await readFile(join(home, 'host.json'), 'utf8')));
  const seedOf = async ({ home }: SystemHost) => (await readFile(join(home, 'host.seed'), 'utf8')).trim();
  const config = (host: SystemHost) => ({ apiUrl: system.api.url, joinSecretFile: join(host.home, 'none') });
  const told = async (type: string) => (await system.api.get(`/v1/events?type=${type}`, EventPage)).items;

  /** Somebody with a copy of this host's files at that moment. */
  async function thief(host: SystemHost) {
    const [{ hostId, nats }, seed] = [await record(host), await seedOf(host)];
    const credentials = { jwt: nats.jwt ?? '', seed };
    const bus = new Bus({
      ...{ servers: [nats.url], credentials: () => credentials, name: 'thief', inboxPrefix: inboxPrefix(hostId) },
      logger: createLogger('thief', 'silent'),
    });
    open.push(bus);
    return { bus, seed, hostId, key: { seed, publicKey: publicKeyOf(seed) } };
  }

  it('is revoked is cut off within five seconds, and not accepted again by a NATS that has forgotten everything', async () => {
    const host = system.host('lost');
    const copy = await thief(host);
    await eventually(() => copy.bus.connected, { within: 20_000, what: 'the copy is accepted before' });
    const began = performance.now();
    expect((await post('/v1/hosts/lost/revoke')).revokedAt).not.toBeNull();
    await eventually(() => host.process.said('bus.disconnected') && !copy.bus.connected, { within: 20_000, every: 20 });
    const seconds = (performance.now() - began) / 1000;
    console.log(`revoked → cut off: ${seconds.toFixed(2)} s`);
    expect(seconds * 1000).toBeLessThan(asOnCalmMachine(5_000));
    await eventually(() => copy.bus.refusal !== undefined, { within: 20_000, what: 'the copy is refused' });

    await system.nats.stop();
    await rm(system.nats.accounts, { recursive: true });
    await system.nats.start();
    await system.presence('staying', 'online');
    await system.presence('lost', 'unreachable');
    expect(copy.bus.connected).toBe(false);
    await eventually(async () => (await told('host.revoked')).length > 0, {
      within: 20_000,
      what: 'the agent reports it',
    });
    expect(await told('host.revoked')).toMatchObject([{ data: { name: 'lost', by: 'admin' } }]);
    await expect(requestRenewal(config(host), copy.hostId, copy.key)).rejects.toMatchObject({ code: 'host-revoked' });
    // Once more changes nothing.
    await post('/v1/hosts/lost/revoke');
    expect(await told('host.revoked')).toHaveLength(1);
  }, 120_000);

  it('is revoked comes back as the same host, on a machine with a fresh token, and with a key of its own', async () => {
    const before = await system.api.get('/v1/hosts/lost', Host);
    const body = { replaces: 'lost' };
    const { secret } = await system.api.ask('POST', '/v1/join-tokens', JoinTokenMade, { body });
    const file = join(await temporaryFolder('token'), 'join.token');
    await writeFile(file, secret);
    await system.host('lost').process.kill();
    const machine = await system.addHost('lost', { ORRERY_JOIN_SECRET_FILE: file });
    await (await machine.start()).welcomed();
    const { id, name, revokedAt } = await system.api.get('/v1/hosts/lost', Host);
    expect([id, name, revokedAt]).toEqual([before.id, 'lost', null]);
  }, 60_000);

  it('is rotated as a person requested continues with the new key, and the old one is invalid', async () => {
    const host = system.host('turning');
    const copy = await thief(host);
    await eventually(() => copy.bus.connected, { within: 20_000 });
    await post('/v1/hosts/turning/rotate');
    expect(await seedOf(host)).not.toBe(copy.seed);
    await eventually(async () => (await told('host.rotated')).length > 0, {
      within: 20_000,
      what: 'the agent has rotated',
    });
    expect(await told('host.rotated')).toMatchObject([{ data: { name: 'turning', by: 'admin' } }]);
    await eventually(() => copy.bus.refusal !== undefined && !copy.bus.connected, { within: 30_000 });
    await expect(requestRenewal(config(host), copy.hostId, copy.key)).rejects.toMatchObject({ code: 'host-revoked' });
    await system.done((await system.launch('turning', 'after')).id);
  }, 120_000);

  it('was stolen cannot be rotated by the thief, because nobody requested it', async () => {
    const host = system.host('staying');
    const [owner, other] = [await thief(host), await thief(system.host('turning'))];
    const asks = requestRenewal(config(host), owner.hostId, owner.key, other.key);
    await expect(asks).rejects.toMatchObject({
      code: 'proof-refused',
      message: expect.stringContaining('nobody requested'),
    });
    await expect(requestRenewal(config(host), owner.hostId, owner.key)).resolves.toMatchObject({ name: 'staying' });
  });

  it('is not proven is not accepted, whatever it says', async () => {
    const { hostId, key, seed } = await thief(system.host('staying'));
    const other = await thief(system.host('turning'));
    const { nonce } = await system.api.ask('POST', '/v1/join/nonce', JoinNonce);
    const proofBy = (by: { seed: string }, text: string) => ({ host: hostId, key: key.publicKey, nonce, text, by });
    const { prove } = await import('@orrery/shared/bus');
    const text = renewText({ nonce, host: hostId, next: undefined });
    const ask = ({ by, text: signed, ...body }: ReturnType<typeof proofBy>) => ({
      body: { ...body, proof: prove(by.seed, signed) },
    });
    for (const wrong of [
      proofBy(other, text),
      proofBy({ seed }, text.replace('renew', 'join')),
      { ...proofBy({ seed }, text), nonce: `${nonce}x` },
    ])
      await system.api.refused('POST', '/v1/join/renew', 'proof-refused', ask(wrong));
    await system.api.ask('POST', '/v1/join/renew', JoinReply, ask(proofBy({ seed }, text)));
  });

  it('belongs to a host that was removed gives no access', async () => {
    const host = system.host('staying');
    const copy = await thief(host);
    await eventually(() => copy.bus.connected, { within: 20_000 });
    await system.api.ask('DELETE', '/v1/hosts/staying', Host);
    await eventually(() => !copy.bus.connected && copy.bus.refusal !== undefined, { within: 20_000 });
    await expect(requestRenewal(config(host), copy.hostId, copy.key)).rejects.toMatchObject({ code: 'unknown-host' });
    await eventually(() => host.process.said('host.removed'), { within: 30_000, what: 'the agent notices' });
  }, 90_000);
});
