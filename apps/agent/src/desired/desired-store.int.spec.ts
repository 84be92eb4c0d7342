import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { newSigningKey, Signer, Verifier } from '@orrery/shared/bus';
import { subjects, type AnyItem, type HostId, type Item, type SignedMessage } from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import { containerItem } from '../../../../test/support/agent/items.js';
import { temporaryFolder } from '../../../../test/support/servers.js';
import { DesiredStore } from './desired-store.js';

const host = newId('hst');
const signer = new Signer(newSigningKey());
const next = new Signer(newSigningKey());
const stranger = new Signer(newSigningKey());
const items: Item[] = [containerItem()];

interface Signing {
  by: Signer;
  of: HostId;
  list: AnyItem[];
  subject: string;
}

function sign(
  revision: number,
  { by = signer, of = host, list = items, subject = subjects.desired(of) }: Partial<Signing> = {},
) {
  return by.sign(subject, JSON.stringify({ host: of, revision, items: list }));
}

describe('DesiredStore', () => {
  let home: string;
  const start = async () => {
    const verifier = new Verifier([signer.publicKey, next.publicKey]);
    const store = new DesiredStore(home, host, verifier, createLogger('test', 'silent'));
    await store.open();
    return store;
  };
  beforeEach(async () => {
    home = await temporaryFolder('desired');
  });

  it('is empty at first', async () => {
    const store = await start();
    expect([store.held, store.items.items, store.signed]).toEqual([{ revision: 0, digest: null }, [], undefined]);
  });

  it('accepts a newer state, notifies its listeners, and still has it after a restart', async () => {
    const store = await start();
    let told = 0;
    store.onChange(() => told++);
    await expect(store.accept(sign(3))).resolves.toEqual({ result: 'accepted', revision: 3 });
    expect([store.held.revision, store.items.items, told]).toEqual([3, items, 1]);
    const again = await start();
    expect([again.held, again.items.items, again.signed]).toEqual([store.held, items, sign(3)]);
  });

  it('accepts the same state a thousand times and notifies its listeners once', async () => {
    const store = await start();
    let told = 0;
    store.onChange(() => told++);
    const replies = await Promise.all(Array.from({ length: 1000 }, () => store.accept(sign(3))));
    expect(new Set(replies.map((reply) => JSON.stringify(reply)))).toEqual(
      new Set(['{"result":"accepted","revision":3}']),
    );
    expect(told).toBe(1);
  });

  it('reports an older state as stale, and a different state with the same revision too', async () => {
    const store = await start();
    await store.accept(sign(3));
    await expect(store.accept(sign(2))).resolves.toEqual({ result: 'stale', revision: 3 });
    await expect(store.accept(sign(3, { list: [] }))).resolves.toEqual({ result: 'stale', revision: 3 });
    expect(store.items.items).toEqual(items);
    await expect(store.accept(sign(4, { list: [] }))).resolves.toMatchObject({ result: 'accepted' });
  });

  it('counts revisions per key, and a replay with an old key brings nothing back', async () => {
    const store = await start();
    await store.accept(sign(9));
    await expect(store.accept(sign(1, { by: next, list: [] }))).resolves.toMatchObject({ result: 'accepted' });
    await expect(store.accept(sign(9))).resolves.toEqual({ result: 'stale', revision: 1 });
    const again = await start();
    await expect(again.accept(sign(8))).resolves.toMatchObject({ result: 'stale' });
    expect(again.items.items).toEqual([]);
  });

  it.each<[string, () => SignedMessage | undefined]>([
    ['is not signed', () => undefined],
    ['is signed with an unknown key', () => sign(3, { by: stranger })],
    ['is for another host', () => sign(3, { of: newId('hst') })],
    ['names another host in its body', () => ({ ...sign(3, { of: newId('hst'), subject: subjects.desired(host) }) })],
    ['is signed for another subject', () => sign(3, { subject: subjects.call(host) })],
    ['is not JSON', () => signer.sign(subjects.desired(host), '{')],
    ['is not a desired state', () => signer.sign(subjects.desired(host), '{"host":1}')],
  ])('rejects a message that %s', async (_title, message) => {
    const store = await start();
    await expect(store.accept(message())).resolves.toMatchObject({ result: 'rejected' });
    expect(store.held.revision).toBe(0);
    await expect(store.accept(sign(3))).resolves.toMatchObject({ result: 'accepted' });
  });

  it('rejects a state when any byte was changed', async () => {
    const store = await start();
    const message = sign(3, { list: [] });
    const flipped = (field: 'body' | 'signature' | 'key' | 'subject', at: number): SignedMessage => {
      const bytes = Buffer.from(message[field], 'latin1');
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      return { ...message, [field]: bytes.toString('latin1') };
    };
    // The last base64 digits hold unused bits: only a text that decodes to other bytes is a change.
    const changes = (field: 'body' | 'signature' | 'key' | 'subject') =>
      Array.from({ length: message[field].length }, (_, at) => flipped(field, at)).filter(
        (one) =>
          field !== 'signature' ||
          !Buffer.from(one.signature, 'base64').equals(Buffer.from(message.signature, 'base64')),
      );
    for (const field of ['body', 'signature', 'key', 'subject'] as const)
      for (const changed of changes(field)) expect(await store.accept(changed)).toMatchObject({ result: 'rejected' });
    expect(store.held.revision).toBe(0);
    await expect(store.accept(message)).resolves.toMatchObject({ result: 'accepted' });
  });

  it('accepts the items that it can read and lists the others as unreadable', async () => {
    const store = await start();
    const strange: AnyItem = { id: newId('itm'), revision: 1, kind: 'satellite', intent: 'present' };
    await store.accept(sign(3, { list: [...items, strange] }));
    expect(store.items.items).toEqual(items);
    expect(store.items.unreadable).toMatchObject([{ item: { id: strange.id } }]);
  });

  it('waits for a new state when its file is damaged', async () => {
    await (await start()).accept(sign(3));
    await writeFile(join(home, 'desired.json'), 'nonsense');
    const store = await start();
    expect(store.held).toEqual({ revision: 0, digest: null });
    await expect(store.accept(sign(3))).resolves.toMatchObject({ result: 'accepted' });
  });
});
