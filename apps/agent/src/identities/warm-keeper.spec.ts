import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger, newId } from '@orrery/shared/runtime';
import { eventually } from '../../../../test/support/eventually.js';
import { Policy } from '../pure/policy/policy.js';
import { simulatedIdentity } from '../../../../libs/simulator/src/simulated-identity.js';
import { mayMintAhead, type WarmKeeperNeeds } from '../lifecycle/create-warm-keeper.js';
import { FileIdentityStore } from './file-identity-store.js';
import { WarmKeeper, type WarmKeeperParts } from './warm-keeper.js';

const logger = createLogger('test', 'silent');

describe('the keeper of pre-generated identities', () => {
  let home: string;
  let store: FileIdentityStore;
  let keeper: WarmKeeper | undefined;
  const minted: string[] = [];
  const keep = (more: Partial<WarmKeeperParts> = {}) => {
    const mint = () => {
      const secrets = simulatedIdentity();
      minted.push(secrets.address);
      return Promise.resolve(secrets);
    };
    keeper = new WarmKeeper({ warm: store.warm, wanted: 3, mint, mayMint: () => true, restMs: 0, logger, ...more });
    keeper.start();
  };

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'orrery-keeper-'));
    store = await FileIdentityStore.open(home);
    minted.length = 0;
  });
  afterEach(async () => {
    await keeper?.stop();
    await rm(home, { recursive: true });
  });

  it('generates as many as required, and replaces each one taken', async () => {
    keep();
    await eventually(() => store.warm.free.length === 3);
    const [first = ''] = store.warm.free;
    await store.bind(first, newId('nod'));
    await eventually(() => store.warm.free.length === 3);
    expect([minted.length, store.warm.free.includes(first)]).toEqual([4, false]);
  });

  it('keeps more of them after a burst that took all', async () => {
    let isBusy = false;
    keep({ mayMint: () => !isBusy });
    await eventually(() => store.warm.free.length === 3);
    isBusy = true;
    for (const address of store.warm.free) await store.bind(address, newId('nod'));
    isBusy = false;
    await eventually(() => store.warm.free.length === 12);
    expect(minted.length).toBe(15);
  });

  it('generates them one after another', async () => {
    let [now, most] = [0, 0];
    const mint = async () => {
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return simulatedIdentity();
    };
    keep({ mint });
    await eventually(() => store.warm.free.length === 3);
    expect(most).toBe(1);
  });

  it('generates none when none are required, or while it is not allowed to', async () => {
    let [asked, may] = [0, false];
    keep({ wanted: 0 });
    await keeper?.stop();
    const mayMint = () => {
      asked += 1;
      return may;
    };
    keep({ mayMint });
    await eventually(() => asked > 2);
    expect(minted).toEqual([]);
    may = true;
    await eventually(() => store.warm.free.length === 3);
  });

  it('waits until the host has been at rest for long enough without interruption', async () => {
    const answers = [true, true, false, true];
    const at: number[] = [];
    const mayMint = () => {
      at.push(performance.now());
      return answers.shift() ?? true;
    };
    keep({ mayMint, restMs: 300, wanted: 1 });
    await eventually(() => store.warm.free.length === 1);
    expect(at.length).toBeGreaterThan(4);
    expect((at.at(-1) ?? 0) - (at[3] ?? 0)).toBeGreaterThan(250);
  });

  it('backs off after a failure and can be stopped while waiting', async () => {
    let tries = 0;
    const mint = () => {
      tries += 1;
      return Promise.reject(new Error('no'));
    };
    let looks = 0;
    const mayMint = () => {
      looks += 1;
      return true;
    };
    keep({ mint, mayMint });
    await eventually(() => tries === 1);
    await keeper?.stop();
    expect([tries, looks, store.warm.free]).toEqual([1, 1, []]);
  });

  it('stops a generation that is running', async () => {
    let isStopped = false;
    const mint = (signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          isStopped = true;
          reject(new Error('stopped'));
        });
      });
    let looks = 0;
    const mayMint = () => {
      looks += 1;
      return true;
    };
    keep({ mint, mayMint });
    await eventually(() => looks === 1);
    await keeper?.stop();
    expect(isStopped).toBe(true);
  });
});

describe('an identity is pre-generated', () => {
  interface Situation {
    image?: boolean | undefined;
    isAtRest?: boolean;
    isLookedAt?: boolean;
    images?: string[];
    isReadable?: boolean;
    simulated?: boolean;
  }
  const may = ({ isAtRest = true, isLookedAt = true, isReadable = true, ...more }: Situation) => {
    const { images, simulated = false } = more;
    const image = 'image' in more ? more.image : true;
    const facts = { defaultImage: 'zerotier/zerotier:1.14.2', imagePresent: () => image };
    const held = isReadable
      ? { result: 'held', policy: Policy.parse(images ? { images } : {}) }
      : { result: 'unreadable' };
    const reconciler = { isAtRest, lastLook: isLookedAt ? { facts } : undefined };
    return mayMintAhead({ machine: { simulated }, policy: { held }, reconciler } as unknown as WarmKeeperNeeds);
  };

  it('on a host that is at rest, has the image and allows it', () => {
    expect([may({}), may({ simulated: true, image: false })]).toEqual([true, true]);
  });

  it.each<[string, Situation]>([
    ['the image is absent', { image: false }],
    ['it is unknown whether the image is present', { image: undefined }],
    ['the host has not been observed', { isLookedAt: false }],
    ['steps are running, or none are allowed', { isAtRest: false }],
    ['the policy denies the image', { images: ['registry.lan/*'] }],
    ['the policy cannot be read', { isReadable: false }],
    ['a simulated host is paused', { simulated: true, isAtRest: false }],
  ])('but not while %s', (_title, situation) => {
    expect(may(situation)).toBe(false);
  });
});
