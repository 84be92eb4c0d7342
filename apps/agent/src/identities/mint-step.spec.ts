import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { mintStep } from '@orrery/shared/machine';
import { FileIdentityStore } from './file-identity-store.js';
import { simulatedIdentity } from '../../../../libs/simulator/src/simulated-identity.js';

describe('the step that gives a node its identity', () => {
  let home: string;
  let store: FileIdentityStore;
  const fresh = simulatedIdentity();
  const ahead = simulatedIdentity();
  const node = newId('nod');
  let minted: string[];
  let told: string[];
  const mint = async (identity?: string, of = node) => {
    const step = mintStep(store, (image) => {
      minted.push(image);
      return Promise.resolve(fresh);
    });
    const progress = (stage: string, detail: string) => void told.push(`${stage}: ${detail}`);
    const asked = { step: 'mint-identity' as const, node: of, item: newId('itm'), image: 'zt:1' };
    await step(identity === undefined ? asked : { ...asked, identity }, {
      signal: new AbortController().signal,
      progress,
    });
  };

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'orrery-mint-'));
    store = await FileIdentityStore.open(home);
    await store.warm.put(ahead);
    [minted, told] = [[], []];
  });
  afterEach(() => rm(home, { recursive: true }));

  it('takes the pre-generated one and generates none', async () => {
    await mint(ahead.address);
    expect([(await store.get(node))?.address, minted, store.warm.free]).toEqual([ahead.address, [], []]);
    expect(told).toEqual([`identity: address ${ahead.address}, pre-generated`]);
  });

  it('generates one when none is named, and leaves pre-generated ones alone', async () => {
    await mint();
    expect([(await store.get(node))?.address, minted]).toEqual([fresh.address, ['zt:1']]);
    expect([told, store.warm.free]).toEqual([[`identity: address ${fresh.address}`], [ahead.address]]);
  });

  it('generates one, and reports it, when the named one is no longer here', async () => {
    await mint('00c0ffee00');
    expect([(await store.get(node))?.address, minted]).toEqual([fresh.address, ['zt:1']]);
    expect(told).toEqual([`identity: address ${fresh.address}, newly generated: 00c0ffee00 is not on this host`]);
  });

  it('gives a node no second identity, and an identity no second node', async () => {
    await mint(ahead.address);
    await mint('00c0ffee00');
    await expect(mint(ahead.address, newId('nod'))).rejects.toMatchObject({ code: 'identity-lost' });
    expect([(await store.get(node))?.address, minted]).toEqual([ahead.address, []]);
  });
});
