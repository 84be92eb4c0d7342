import { describe, expect, it } from '@jest/globals';
import { BatchedLookup } from './batched-lookup.js';

describe('a lookup of hashes', () => {
  it('runs one query at a time for all that wait, and gives each its own answer', async () => {
    const queries: number[] = [];
    let running = 0;
    const lookup = new BatchedLookup(async (hashes) => {
      expect(++running).toBe(1);
      queries.push(hashes.length);
      await new Promise(setImmediate);
      running--;
      return new Map(hashes.map((hash) => [hash.toString('base64'), hash.readUInt32BE()]));
    });
    const ask = (number: number) => {
      const hash = Buffer.alloc(4);
      hash.writeUInt32BE(number);
      return lookup.find(hash);
    };
    const numbers = Array.from({ length: 1000 }, (_, at) => at % 900);
    expect(await Promise.all(numbers.map(ask))).toEqual(numbers);
    expect(queries).toEqual([1, 500, 400]);
  });

  it('finds nothing for an unknown hash, and fails for all that wait when the database is down', async () => {
    let isAway = false;
    const lookup = new BatchedLookup(() =>
      isAway ? Promise.reject(new Error('away')) : Promise.resolve(new Map<string, number>()),
    );
    expect(await lookup.find(Buffer.from('x'))).toBeUndefined();
    isAway = true;
    const asked = await Promise.allSettled([1, 2, 3].map((at) => lookup.find(Buffer.from([at]))));
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    isAway = false;
    expect(await lookup.find(Buffer.from('x'))).toBeUndefined();
  });

  it('asks once, and not again for those behind it, when the database does not answer', async () => {
    let queries = 0;
    const lookup = new BatchedLookup<number>(async () => {
      queries++;
      await new Promise(setImmediate);
      throw new Error('away');
    });
    const first = lookup.find(Buffer.from('a'));
    const behind = lookup.find(Buffer.from('b'));
    expect((await Promise.allSettled([first, behind])).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(queries).toBe(1);
  });
});
