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
    const asked = [false, true, false].map((read) => turns.join(LAB, read, note));
    expect(reads).toEqual([]);
    first.end();
    await Promise.all([running, ...asked]);
    expect(reads).toEqual([true]);
    await turns.join(LAB, false, note);
    expect(reads).toEqual([true, false]);
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
    const asked = [turns.alone(LAB, note('deleted')), turns.join(LAB, false, note('reconciled'))];
    first.end();
    await Promise.all(asked);
    expect(done).toEqual(['deleted', 'reconciled']);
  });
});
