import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addHost, type TestHost } from '../../../../test/support/data-plane.js';
import { migratedSource, type MigratedSource } from '../../../../test/support/migrated-source.js';
import { giveKey, suspendedFor, suspendKey } from './key-writes.js';

let database: MigratedSource;
let host: TestHost;
let count = 0;
const key = () => `U${count}`;

beforeAll(async () => {
  database = await migratedSource();
}, 60_000);
afterAll(() => database?.close());
beforeEach(async () => {
  host = await addHost(database.source, `evil-${++count}`);
  await database.source.transaction((transaction) => giveKey(transaction, host.id, key()));
});

const suspend = () => database.source.transaction((transaction) => suspendKey(transaction, host.id));
const left = () => database.source.transaction((transaction) => suspendedFor(transaction, key()));
/** As if this much time had passed since. */
const later = (seconds: number) =>
  database.run(
    `UPDATE revoked_keys SET since = since - $2::float8 * interval '1 s',
            suspended_until = suspended_until - $2::float8 * interval '1 s' WHERE key = $1`,
    [key(), seconds],
  );

describe('a host that harms others', () => {
  it('gets another JWT after half a minute', async () => {
    expect(await left()).toBe(0);
    await suspend();
    expect(await left()).toBe(30);
    await later(31);
    expect(await left()).toBe(0);
  });

  it('waits twice as long each time it does so again, but at most ten minutes', async () => {
    const waits: number[] = [];
    for (let time = 0; time < 8; time++) {
      await suspend();
      waits.push(await left());
      await later(waits[time]! + 1);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 600, 600, 600]);
  });

  it('does not wait longer for the rest of the same flood, and starts over after an hour without harm', async () => {
    for (let message = 0; message < 5; message++) await suspend();
    expect(await left()).toBe(30);
    await later(30 + 3601);
    await suspend();
    expect(await left()).toBe(30);
    await later(30 + 3500);
    await suspend();
    expect(await left()).toBe(60);
  });

  it('that has no key is ignored, and does not make other hosts wait', async () => {
    const calm = await addHost(database.source, `calm-${count}`);
    await database.source.transaction((transaction) => giveKey(transaction, calm.id, `C${count}`));
    await suspend();
    expect(await database.source.transaction((transaction) => suspendedFor(transaction, `C${count}`))).toBe(0);
    await database.run('UPDATE hosts SET key = NULL WHERE id = $1', [calm.id]);
    await database.source.transaction((transaction) => suspendKey(transaction, calm.id));
  });
});
