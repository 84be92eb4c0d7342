import { describe, expect, it } from '@jest/globals';
import { NetworkId } from '@orrery/shared/contracts';
import { NetworkTurns, type Wish } from './network-turns.js';

const LAB = NetworkId.parse('3e92c1f0a7000001');
const OFFICE = NetworkId.parse('3e92c1f0a7000002');

const LOOK: Wish = { read: false, addresses: ['deadbeef01'] };

/** Work that ends on demand. */
function held() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { work: () => ended, end: () => end() };
}

describe('turns of a network', () => {
  it('combine all requests made during one turn into one more turn, which reads when one of them needs it', async () => {
    const turns = new NetworkTurns();
    const first = held();
    const wishes: Wish[] = [];
    const note = (wish: Wish) => Promise.resolve(void wishes.push(wish));
    const running = turns.alone(LAB, first.work);
    const asked = [LOOK, { read: true, addresses: null }, LOOK].map((wish) => turns.join(LAB, wish, note).done);
    expect(wishes).toEqual([]);
    first.end();
    await Promise.all([running, ...asked]);
    expect(wishes).toEqual([{ read: true, addresses: null }]);
    await turns.join(LAB, LOOK, note).done;
    expect(wishes.at(-1)).toEqual(LOOK);
  });

  it('cover the addresses of all requests, and nothing more', async () => {
    const turns = new NetworkTurns();
    const first = held();
    const wishes: Wish[] = [];
    const note = (wish: Wish) => Promise.resolve(void wishes.push(wish));
    void turns.alone(LAB, first.work);
    const one = { read: false, addresses: ['deadbeef01', 'deadbeef02'] };
    const asked = [one, { read: false, addresses: ['deadbeef02', 'deadbeef03'] }];
    const joined = asked.map((wish) => turns.join(LAB, wish, note).done);
    first.end();
    await Promise.all(joined);
    expect(wishes).toEqual([{ read: false, addresses: ['deadbeef01', 'deadbeef02', 'deadbeef03'] }]);
    expect(one.addresses).toHaveLength(2);
  });

  it('notify those who wait when the controller knows, before the database is updated; and also when it never will', async () => {
    const turns = new NetworkTurns();
    const [first, books] = [held(), held()];
    const order: string[] = [];
    const note = (what: string) => () => void order.push(what);
    void turns.alone(LAB, first.work);
    const work = async (_wish: Wish, told: () => void) => {
      told();
      await books.work();
    };
    const asked = [turns.join(LAB, LOOK, work), turns.join(LAB, LOOK, work)];
    const ends = asked.flatMap(({ told, done }) => [told.then(note('told')), done.then(note('done'))]);
    await new Promise(setImmediate);
    expect(order).toEqual([]);
    first.end();
    await asked[1]?.told;
    await new Promise(setImmediate);
    expect(order).toEqual(['told', 'told']);
    books.end();
    await Promise.all(ends);
    expect(order).toEqual(['told', 'told', 'done', 'done']);
    await turns.join(LAB, LOOK, () => Promise.resolve()).told;
  });

  it('delay no other network, and continue after a failure', async () => {
    const turns = new NetworkTurns();
    const first = held();
    void turns.alone(LAB, first.work);
    await turns.alone(OFFICE, () => Promise.resolve());
    const failing = turns.alone(LAB, () => Promise.reject(new Error('the controller is away')));
    const after = turns.alone(LAB, () => Promise.resolve());
    first.end();
    await expect(failing).rejects.toThrow('the controller is away');
    await after;
  });

  it('do not combine other work with reconciliation', async () => {
    const turns = new NetworkTurns();
    const first = held();
    const done: string[] = [];
    const note = (what: string) => () => Promise.resolve(void done.push(what));
    void turns.alone(LAB, first.work);
    const asked = [turns.alone(LAB, note('deleted')), turns.join(LAB, LOOK, note('reconciled')).done];
    first.end();
    await Promise.all(asked);
    expect(done).toEqual(['deleted', 'reconciled']);
  });
});
