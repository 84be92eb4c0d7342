import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { traces, type Moment } from './recordings.js';
import { changeMember, LOOK_EVERY, makeNetwork, networksAt, statusAt, type OpenScene, type Scene } from './scene.js';

/** The compared state of each moment: what a person would call the state of the node. */
interface Look {
  readonly online: boolean;
  readonly networks: readonly string[];
}

interface Change extends Look {
  readonly ms: number;
}

/**
 * In words, because people read it in a failure: `lab2 OK 10.99.0.222/24`. Of a random address it says only that there
 * is one.
 */
function inWords(network: {
  status: string;
  name: string;
  assignedAddresses: readonly string[];
  allowManaged: boolean;
}): string {
  const addresses = network.assignedAddresses.map((text) => (FIXED.includes(text) ? text : 'an address'));
  return [network.name || '-', network.status, ...addresses, ...(network.allowManaged ? [] : ['unmanaged'])].join(' ');
}

const FIXED = ['10.99.0.222/24'];

async function look(scene: Scene, address: string): Promise<Look | undefined> {
  try {
    const { body } = await scene.talk(address)({ method: 'GET', path: '/status' });
    const networks = (await networksAt(scene, address)).map(inWords).sort();
    return { online: (body as { online: boolean }).online, networks };
  } catch {
    return undefined; // without an API there is no state to compare
  }
}

function recordedLooks(trace: readonly Moment[]): Change[] {
  const looks = trace.flatMap(({ ms, sees }) =>
    sees && 'networks' in sees ? [{ ms, online: sees.online, networks: sees.networks.map(inWords).sort() }] : [],
  );
  return onlyChanges(looks);
}

/** Two changes of one round are seen as one or as two, depending on when the looks happen. */
const ONE_MOMENT = 300;

function onlyChanges(looks: readonly Change[]): Change[] {
  const same = (a: Look | undefined, b: Look): boolean =>
    a?.online === b.online && JSON.stringify(a.networks) === JSON.stringify(b.networks);
  const changes = looks.filter((now, index) => !same(looks[index - 1], now));
  return changes.filter(({ ms }, index) => (changes[index + 1]?.ms ?? Number.POSITIVE_INFINITY) - ms > ONE_MOMENT);
}

/**
 * The actions of a life, by the words of the recording. Entries that are not named here happen before the start or are
 * only remarks.
 */
type Deeds = readonly (readonly [RegExp, (scene: Scene, address: string, network: string) => Promise<unknown>])[];

const authorize = (authorized: boolean) => (scene: Scene, address: string, network: string) =>
  changeMember(scene, network, address, { authorized });

const DEEDS: Deeds = [
  [/^controller: authorized=true/, authorize(true)],
  [/^controller: authorized=false/, authorize(false)],
  [
    /ipAssignments/,
    (scene, address, network) => changeMember(scene, network, address, { ipAssignments: ['10.99.0.222'] }),
  ],
  [
    /^DELETE \/network/,
    (scene, address, network) => scene.talk(address)({ method: 'DELETE', path: `/network/${network}` }),
  ],
  [
    /^POST \/network/,
    (scene, address, network) => scene.talk(address)({ method: 'POST', path: `/network/${network}`, body: {} }),
  ],
  [
    /^allowManaged=false/,
    (scene, address, network) =>
      scene.talk(address)({ method: 'POST', path: `/network/${network}`, body: { allowManaged: false } }),
  ],
  [
    /^controller: network deleted/,
    (scene, _address, network) => scene.controller({ method: 'DELETE', path: `/controller/network/${network}` }),
  ],
  [/^container restarted/, (scene, address) => scene.restart(address)],
  [/^controller paused again/, (scene) => scene.pauseController()],
  [/^controller back/, (scene) => scene.resumeController()],
];

interface Life {
  readonly scene: Scene;
  readonly address: string;
  readonly network: string;
  /** The moment at which the recording ends for us: later ones are about Docker, or about nothing. */
  readonly until: number;
  /** Runs at every look: actions that somebody must have taken, though the recording does not say when. */
  readonly besides?: () => Promise<void>;
}

/** Repeats the actions at their times, and records every visible change. Times count from the first action. */
async function live(trace: readonly Moment[], life: Life): Promise<Change[]> {
  const { scene, address, network } = life;
  const began = scene.now();
  const todo = trace.filter((moment) => moment.did !== undefined && moment.ms < life.until);
  const looks: Change[] = [];
  while (scene.now() - began < life.until) {
    while (todo[0] && todo[0].ms <= scene.now() - began) {
      const { did = '' } = todo.shift() ?? {};
      await DEEDS.find(([words]) => words.test(did))?.[1](scene, address, network);
    }
    await life.besides?.();
    const seen = await look(scene, address);
    if (seen) looks.push({ ms: scene.now() - began, ...seen });
    await scene.waitUntil(scene.now() + LOOK_EVERY);
  }
  return onlyChanges(looks);
}

/**
 * On virtual time, only the slower start of the recorded daemon matters. A real daemon's rounds fall differently every
 * time, so a change can come a whole round earlier or later, and a container takes its time to stop.
 */
const toleranceOf = ({ exact }: Scene): number => (exact ? 1_500 : 6_500);

function expectAlike(scene: Scene, lived: readonly Change[], recorded: readonly Change[]): void {
  const inShort = (changes: readonly Change[]): Look[] => changes.map(({ online, networks }) => ({ online, networks }));
  expect(inShort(lived)).toEqual(inShort(recorded));
  const late = lived.map(({ ms }, index) => Math.abs(ms - (recorded[index]?.ms ?? 0)));
  expect(Math.max(...late)).toBeLessThan(toleranceOf(scene));
}

const lab2 = {
  name: 'lab2',
  private: true,
  v4AssignMode: { zt: true },
  ipAssignmentPools: [{ ipRangeStart: '10.99.0.1', ipRangeEnd: '10.99.0.221' }],
  routes: [{ target: '10.99.0.0/24' }, { target: '192.168.88.0/24', via: '10.99.0.1' }],
};
const open = (name: string, third: number): object => ({
  name,
  private: false,
  v4AssignMode: { zt: true },
  ipAssignmentPools: [{ ipRangeStart: `10.${String(third)}.0.1`, ipRangeEnd: `10.${String(third)}.0.254` }],
  routes: [{ target: `10.${String(third)}.0.0/24` }],
});

const trace = (name: string): readonly Moment[] => traces[name] ?? [];
/** Looking starts after the first recorded change: the start-up time of a process is not the model's. */
const settled = (changes: readonly Change[], from: number): Change[] => changes.filter(({ ms }) => ms >= from);

/** Whole recorded lives, repeated: every visible change in the same order, and at the same time within a tolerance. */
export function describeLives(openScene: OpenScene): void {
  describe('a life matches the recorded one', () => {
    let scene: Scene;
    let address: string;

    beforeEach(async () => {
      scene = await openScene();
      address = await scene.mint();
    });
    afterEach(() => scene.close());

    it('of a member: denied, authorized, deauthorized a minute late, authorized at once, moved, left, rejoined, restarted', async () => {
      const network = await makeNetwork(scene, '438598', lab2);
      await scene.start(address, [network]);
      const lived = await live(trace('life-of-a-member'), { scene, address, network, until: 147_000 });
      expectAlike(scene, settled(lived, 1_000), settled(recordedLooks(trace('life-of-a-member')), 1_200));
    });

    it('while the controller is down: nothing is known at first, and everything stays as it was later', async () => {
      const network = await makeNetwork(scene, '438598', lab2);
      await scene.pauseController();
      await scene.start(address, [network]);
      let waits = true;
      const besides = async (): Promise<void> => {
        if (!waits || (await statusAt(scene, address, network)) !== 'ACCESS_DENIED') return;
        waits = false;
        await changeMember(scene, network, address, { authorized: true });
      };
      const lived = await live(trace('controller-away'), { scene, address, network, until: 79_000, besides });
      expectAlike(scene, lived, recordedLooks(trace('controller-away')));
    });

    it('in a network that is deleted: OK for almost a minute more, then NOT_FOUND with its address', async () => {
      const network = await makeNetwork(scene, '3244c3', open('doomed', 98));
      await scene.start(address, [network]);
      const lived = await live(trace('network-deleted'), { scene, address, network, until: 67_000 });
      expectAlike(scene, lived, recordedLooks(trace('network-deleted')));
    });

    it('in two networks: the second is joined at the next round, and one that is not managed has no address', async () => {
      const first = await makeNetwork(scene, 'c8188d', open('public-two', 97));
      const network = await makeNetwork(scene, '438598', lab2);
      await changeMember(scene, network, address, { authorized: true });
      await scene.start(address, [first]);
      const lived = await live(trace('two-networks'), { scene, address, network, until: 19_000 });
      expectAlike(scene, lived, recordedLooks(trace('two-networks')));
      const device = (await networksAt(scene, address)).map(({ portDeviceName, id }) => [id, portDeviceName] as const);
      const names = new Map(device);
      const shown = await scene.interfaces(address);
      expect(shown[names.get(network) ?? '']).toEqual([]);
      expect(shown[names.get(first) ?? '']).toHaveLength(1);
    });
  });
}
