import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { KeptConfigurations } from './kept-configurations.js';

const [LAB, OTHER] = ['8056c2e21c000001', '8056c2e21c000002'];
const signal = AbortSignal.timeout(10_000);

/** Bytes that are no text, because a configuration is none. */
const STORED = Buffer.of(0x6e, 0x3d, 0xff, 0x00, 0xfe);

const keeping = (files: () => Promise<Map<string, Buffer> | undefined>) =>
  new KeptConfigurations({ files: { getBytes: files } as never });

describe('kept configurations', () => {
  const files = new Map([
    [`networks.d/${LAB}.conf`, STORED],
    [`networks.d/${OTHER}.conf`, Buffer.from('other')],
    [`networks.d/${LAB}.local.conf`, Buffer.from('allowManaged=1')],
  ]);

  it('are those of the named networks, byte by byte, and handed out once', async () => {
    const [kept, node] = [keeping(() => Promise.resolve(files)), newId('nod')];
    await kept.keep(node, 'engine', [LAB], signal);
    expect([...kept.take(node)]).toEqual([[LAB, STORED]]);
    expect(kept.take(node).size).toBe(0);
  });

  it('are none when they cannot be read, are empty, or nobody asked for them', async () => {
    const node = newId('nod');
    const empty = new Map([[`networks.d/${LAB}.conf`, Buffer.alloc(0)]]);
    for (const read of [
      () => Promise.reject(new Error('gone')),
      () => Promise.resolve(undefined),
      () => Promise.resolve(empty),
    ]) {
      const kept = keeping(read);
      await kept.keep(node, 'engine', [LAB], signal);
      expect(kept.take(node).size).toBe(0);
    }
    const unasked = keeping(() => Promise.resolve(files));
    await unasked.keep(node, 'engine', [], signal);
    expect(unasked.take(node).size).toBe(0);
  });
});
