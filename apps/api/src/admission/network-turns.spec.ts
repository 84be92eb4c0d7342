import { describe, expect, it } from '@jest/globals';
import { NetworkId } from '@orrery/shared/contracts';
import { NetworkTurns } from './network-turns.js';

const LAB = NetworkId.parse('3e92c1f0a7000001');
const OFFICE = NetworkId.parse('3e92c1f0a7000002');

/** A piece of work that ends when it is told to. */
function held() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { work: () => ended, end: () => end() };
}

describe('turns of a network', () => {
  it('does all that is asked for while one runs in one more, which reads when one of them is to read', async () => {
    const turns = new NetworkTurns();
    const first = held();
    const reads: boolean[] = [];
    const note = (read: boolean) => Promise.resolve(void reads.push(read));
    const running = turns.alone(LAB, first.work);
    const asked = [false, true, false].map((read) => turns.join(LAB, read, note).done);
    expect(reads).toEqual([]);
    first.end();
    await Promise.all([running, ...asked]);
    expect(reads).toEqual([true]);
    await turns.join(LAB, false, note).done;
    expect(reads).toEqual([true, false]);
  });

  it('tells who joined when the controller has heard it, before the books are done; and when it never hears it', async () => {
    const turns = new NetworkTurns();
    const [first, books] = [held(), held()];
    const order: string[] = [];
    const note = (what: string) => () => void order.push(what);
    void turns.alone(LAB, first.work);
    const work = async (_read: boolean, told: () => void) => {
      told();
      await books.work();
    };
    const asked = [turns.join(LAB, false, work), turns.join(LAB, false, work)];
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
    await turns.join(LAB, false, () => Promise.resolve()).told;
  });

  it('holds up no other network, and nobody by a failure', async () => {
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

  it('lets nobody join what is no reconciliation', async () => {
    const turns = new NetworkTurns();
    const first = held();
    const done: string[] = [];
    const note = (what: string) => () => Promise.resolve(void done.push(what));
    void turns.alone(LAB, first.work);
    const asked = [turns.alone(LAB, note('deleted')), turns.join(LAB, false, note('reconciled')).done];
    first.end();
    await Promise.all(asked);
    expect(done).toEqual(['deleted', 'reconciled']);
  });
});
