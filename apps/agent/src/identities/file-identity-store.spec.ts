import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { simulatedIdentity } from '../../../../libs/simulator/src/simulated-identity.js';
import { FileIdentityStore } from './file-identity-store.js';

describe('pre-generated identities', () => {
  let home: string;
  const [node, other] = [newId('nod'), newId('nod')];
  const folder = () => join(home, 'identities');
  const files = async () => ({
    bound: (await readdir(folder())).filter((name) => name !== 'warm').sort(),
    warm: await readdir(join(folder(), 'warm')),
  });
  const withOne = async () => {
    const store = await FileIdentityStore.open(home);
    const secrets = simulatedIdentity();
    await store.warm.put(secrets);
    return { store, secrets, address: secrets.address };
  };

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'orrery-identities-'));
  });
  afterEach(() => rm(home, { recursive: true }));

  it('are free, readable only by their owner, and kept across a restart', async () => {
    const { store, address } = await withOne();
    expect([store.warm.free, await files()]).toEqual([[address], { bound: [], warm: [`${address}.json`] }]);
    expect((await stat(join(folder(), 'warm', `${address}.json`))).mode & 0o777).toBe(0o600);
    expect((await FileIdentityStore.open(home)).warm.free).toEqual([address]);
  });

  it('are moved to the node that gets one, secrets included, across a restart', async () => {
    const { store, secrets, address } = await withOne();
    let changes = 0;
    store.warm.onChange(() => (changes += 1));
    expect(await store.bind(address, node)).toBe(true);
    expect([store.warm.free, store.has(node), changes]).toEqual([[], true, 1]);
    expect(await files()).toEqual({ bound: [`${node}.json`], warm: [] });
    const again = await FileIdentityStore.open(home);
    const got = await again.get(node);
    expect([got?.address, got?.identitySecret.reveal(), got?.authToken.reveal()]).toEqual([
      ...[address, secrets.identitySecret.reveal(), secrets.authToken.reveal()],
    ]);
    expect(again.warm.free).toEqual([]);
  });

  it('can be bound to the same node again, but to no other, and the error names the holder', async () => {
    const { store, address } = await withOne();
    await store.bind(address, node);
    const before = await readFile(join(folder(), `${node}.json`), 'utf8');
    for (const one of [store, await FileIdentityStore.open(home)]) {
      expect(await one.bind(address, node)).toBe(true);
      await expect(one.bind(address, other)).rejects.toMatchObject({
        code: 'identity-lost',
        message: expect.stringContaining(`${address} already belongs to the node ${node}`),
      });
      expect([one.has(node), one.has(other)]).toEqual([true, false]);
    }
    expect(await readFile(join(folder(), `${node}.json`), 'utf8')).toBe(before);
  });

  it('go to only one of two nodes that ask at the same time', async () => {
    const { store, address } = await withOne();
    const asked = await Promise.allSettled([store.bind(address, node), store.bind(address, other)]);
    expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect([store.has(node), store.has(other)]).toEqual([true, false]);
  });

  it('never replace the identity of a node', async () => {
    const { store, address } = await withOne();
    const own = simulatedIdentity();
    await store.put(node, own);
    await expect(store.bind(address, node)).rejects.toMatchObject({ code: 'identity-lost' });
    expect([(await store.get(node))?.address, store.warm.free]).toEqual([own.address, [address]]);
  });

  it('are gone when their node was forgotten, or when they were never generated', async () => {
    const { store, address } = await withOne();
    await store.bind(address, node);
    await store.forget(node);
    expect([store.warm.free, await files()]).toEqual([[], { bound: [], warm: [] }]);
    expect([await store.bind(address, other), store.has(other)]).toEqual([false, false]);
    expect(await store.bind('00c0ffee00', other)).toBe(false);
  });

  it('that were meant for a node but never bound are forgotten with it, and no others', async () => {
    const { store, address } = await withOne();
    const another = simulatedIdentity();
    await store.warm.put(another);
    await store.forget(node, address);
    expect([store.isFree(address), store.isFree(another.address)]).toEqual([false, true]);
    expect((await FileIdentityStore.open(home)).warm.free).toEqual([another.address]);
  });

  it('are gone when their file was deleted behind the back of the agent', async () => {
    const { store, address } = await withOne();
    await rm(join(folder(), 'warm', `${address}.json`));
    expect([await store.bind(address, node), store.has(node), store.warm.free]).toEqual([false, false, []]);
  });

  it('that were only half written before a crash are discarded without a trace', async () => {
    const { address } = await withOne();
    const warm = join(folder(), 'warm');
    await rename(join(warm, `${address}.json`), join(warm, '.0123456789ab.tmp'));
    await writeFile(join(warm, '00c0ffee00.json'), '{"address":"00c0f');
    const { store, address: second } = { store: await FileIdentityStore.open(home), address: '00c0ffee00' };
    expect([store.warm.free, await store.bind(second, node)]).toEqual([[], false]);
    expect((await files()).warm).toEqual(['00c0ffee00.json']);
  });

  it('that also exist at a node, in a partly restored folder, belong to that node', async () => {
    const { store, address } = await withOne();
    const file = join(folder(), 'warm', `${address}.json`);
    const copy = await readFile(file, 'utf8');
    await store.bind(address, node);
    await writeFile(file, copy);
    const again = await FileIdentityStore.open(home);
    expect(again.warm.free).toEqual([]);
    await expect(again.bind(address, other)).rejects.toMatchObject({ code: 'identity-lost' });
  });

  describe('the port of a node', () => {
    const nextOf = (taken: ReadonlySet<number>) => [25_000, 25_001].find((port) => !taken.has(port));

    it('is chosen once, kept across a restart, and never shared with another node', async () => {
      const { store, address } = await withOne();
      await store.bind(address, node);
      await store.put(other, simulatedIdentity());
      const both = await Promise.all([store.port(node, nextOf), store.port(other, nextOf)]);
      expect(both.toSorted()).toEqual([25_000, 25_001]);
      const again = await FileIdentityStore.open(home);
      const never = () => {
        throw new Error('it has one');
      };
      expect(await Promise.all([again.port(node, never), again.port(other, never)])).toEqual(both);
      expect((await again.get(node))?.udpPort).toBe(both[0]);
      await again.put(newId('nod'), simulatedIdentity());
      expect(await again.port(newId('nod'), nextOf)).toBeUndefined();
      await again.forget(node);
      const third = newId('nod');
      await again.put(third, simulatedIdentity());
      expect(await again.port(third, nextOf)).toBe(both[0]);
    });

    it('is replaced for one of two nodes when both have the same in a merged folder', async () => {
      const store = await FileIdentityStore.open(home);
      for (const one of [node, other]) await store.put(one, { ...simulatedIdentity(), udpPort: 25_000 });
      const again = await FileIdentityStore.open(home);
      const both = [await again.port(node, nextOf), await again.port(other, nextOf)];
      expect(both.toSorted()).toEqual([25_000, 25_001]);
    });

    it('is absent when none is chosen', async () => {
      const store = await FileIdentityStore.open(home);
      await store.put(node, simulatedIdentity());
      expect(await store.port(node, () => undefined)).toBeUndefined();
      expect(await store.port(node, nextOf)).toBe(25_000);
    });
  });
});
