import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer, Talk } from '../local-api.js';
import { recordings, type Recording } from './recordings.js';
import { changeMember, makeNetwork, statusAt, takes, type OpenScene, type Scene } from './scene.js';
import { shapeDifferences, without } from './shape.js';

/** The nodes, by the names that they had when the answers were recorded. */
const RECORDED = {
  controller: 'f5a6c572f6',
  first: '3a4f1af7fa',
  second: '34c61d4de0',
  early: '38bba1b421',
  third: '9115e5a540',
};
type Part = keyof typeof RECORDED;

/** Different at every run: times, keys, random IDs, addresses, ports, and values that derive from them. */
const VOLATILE = new Set(
  `address clock creationTime id nwid identity publicIdentity mac portDeviceName lastAuthorizedTime lastDeauthorizedTime
  multicastSubscriptions assignedAddresses ipAssignments latency paths signature timestamp updatesMustBeSignedBy stableEndpoints
  listeningOn surfaceAddresses primaryPort secondaryPort tertiaryPort homeDir portMappingEnabled allowManagementFrom roots online`.split(
    /\s+/,
  ),
);

/**
 * Whose API each request went to: the first member's from the start, later the third's, except where the controller was
 * asked.
 */
function partOf(index: number): Part {
  const { path } = recordings[index]?.request ?? { path: '' };
  if (path.includes('/controller')) return 'controller';
  return index < recordings.findIndex(({ name }) => name === 'network-denied') ? 'first' : 'third';
}

const POOL = {
  name: 'lab',
  private: true,
  v4AssignMode: { zt: true },
  ipAssignmentPools: [{ ipRangeStart: '10.99.0.1', ipRangeEnd: '10.99.0.254' }],
  routes: [{ target: '10.99.0.0/24' }],
};

/** A real root accepts one unknown node every two seconds from one /24, and four members start at once here. */
const PATIENCE = 60_000;

/** Two members authorized after they showed up, one before, and one that waits: as when the answers were recorded. */
async function arrange(scene: Scene): Promise<Record<Part, string>> {
  const network = await makeNetwork(scene, '438598', POOL);
  const [first, second, early, third] = [
    await scene.mint(),
    await scene.mint(),
    await scene.mint(),
    await scene.mint(),
  ];
  await changeMember(scene, network, early, { authorized: true });
  for (const address of [first, second, early, third]) await scene.start(address, [network]);
  const all = async (addresses: readonly string[], status: string): Promise<boolean> =>
    (await Promise.all(addresses.map((address) => statusAt(scene, address, network)))).every((seen) => seen === status);
  await takes(scene, PATIENCE, () => all([first, second, third], 'ACCESS_DENIED'), 'three members waiting');
  await changeMember(scene, network, first, { authorized: true });
  await changeMember(scene, network, second, { authorized: true });
  await takes(scene, PATIENCE, () => all([first, second, early], 'OK'), 'three members let in');
  return { controller: scene.controllerAddress, first, second, early, third };
}

/** A recording with the scene's nodes put in: addresses occur in paths, IDs and identities. */
function translate<Value>(value: Value, nodes: Record<Part, string>): Value {
  const parts = Object.keys(RECORDED) as Part[];
  const text = parts.reduce((result, part) => result.replaceAll(RECORDED[part], nodes[part]), JSON.stringify(value));
  return JSON.parse(text) as Value;
}

/** The list of peers depends on who has talked to whom, in the recording too. */
const PEERS = /^peers$/;
/** A member's own round can come between two requests and change these; a virtual clock stands still meanwhile. */
const RACES =
  /^(network-ok-fixed-ip|network-after-deauth-1s|controller-member-(after|deauthorize|bridge-tags)|unstable-controller-members)$/;
/** Recorded with a content type and no content; another build of the same version answers with neither. */
const BUILDS_DIFFER = /^moon-16-digits$/;
/** A node here may have a local.conf, which the recorded one did not have. */
const LOCAL_CONF = /^config/;

/**
 * Everything recorded from the local API of a real daemon, requested from another one in the same order: status codes,
 * content types, keys, types, and every value that does not change from run to run.
 */
export function describeLocalApi(open: OpenScene): void {
  describe('the local API answers as the real one did', () => {
    let scene: Scene;
    let nodes: Record<Part, string>;

    beforeAll(async () => {
      scene = await open();
      nodes = await arrange(scene);
    }, 3 * PATIENCE);
    afterAll(() => scene.close());

    const talkTo = (part: Part): Talk => (part === 'controller' ? scene.controller : scene.talk(nodes[part]));

    async function replay(recording: Recording, part: Part): Promise<{ expected: Answer; actual: Answer }> {
      const { request, response } = translate(recording, nodes);
      const { method, path, auth, body } = request;
      // "The controller answers that it has no such network" was recorded after the daemon had had time to ask.
      if (recording.name === 'network-not-found') {
        const network = path.split('/').pop() ?? '';
        const found = async () => (await statusAt(scene, nodes[part], network)) === 'NOT_FOUND';
        await takes(scene, 10_000, found, 'NOT_FOUND');
      }
      // A join that is never answered is carried out when the caller has gone.
      if (recording.name === 'network-requesting') {
        const network = path.split('/').pop() ?? '';
        const joined = async () => (await statusAt(scene, nodes[part], network)) !== undefined;
        await takes(scene, 10_000, joined, 'a join without an answer');
      }
      const actual = await talkTo(part)({ method, path, auth, ...(body !== null && { body }) });
      return { expected: response, actual };
    }

    it.each(recordings.map((recording, index) => ({ name: recording.name, recording, part: partOf(index) })))(
      '$name',
      async ({ recording, part }) => {
        const { expected, actual } = await replay(recording, part);
        expect(actual.status).toBe(expected.status);
        if (!BUILDS_DIFFER.test(recording.name)) expect(actual.contentType).toBe(expected.contentType);
        if (expected.contentType === 'text/plain') return expect(actual.body).toMatch(/^# HELP \w+ /m);
        if (!scene.exact && LOCAL_CONF.test(recording.name))
          return expect(actual.body).toMatchObject(expected.body as object);
        expect(shapeDifferences(forgive(expected.body), forgive(actual.body))).toEqual([]);
        if (PEERS.test(recording.name) || (!scene.exact && RACES.test(recording.name))) return;
        expect(without(actual.body, VOLATILE)).toEqual(without(expected.body, VOLATILE));
      },
    );
  });
}

/** Fields that a local.conf can add. */
const forgive = (body: unknown): unknown => without(body, new Set(['allowManagementFrom']));
