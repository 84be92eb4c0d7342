import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jest } from '@jest/globals';
import { DoctorResult, type Item, type NodeId } from '@orrery/shared/contracts';
import type { MachineEvidence, Scope } from '@orrery/shared/machine';
import { createLogger, newId } from '@orrery/shared/runtime';
import { healthy, nodeEvidence, seen, unseen } from '../../../../test/support/agent/evidence.js';
import { launch } from '../../../../test/support/agent/items.js';
import { hostNode, known, observed } from '../../../../test/support/agent/observed.js';
import { findCauses } from '../pure/findings/findings.js';
import type { FindingsInput } from '../pure/findings/found-cause.js';
import { tellFindings } from '../pure/findings/tell-findings.js';
import { Holds } from '../pure/holds.js';
import { Doctor } from './doctor.js';

const host = newId('nod');
const { items, container } = launch();
const low = () => Promise.resolve(10e6);

describe('the doctor', () => {
  let evidence: () => Promise<MachineEvidence>;
  let looks: { scope: Scope; signal: AbortSignal }[];
  let room: () => Promise<number>;
  let silent: Set<NodeId>;
  let wants: Item[];
  let changes: number;
  let doctor: Doctor;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
    looks = [];
    changes = 0;
    wants = [];
    silent = new Set();
    room = () => Promise.resolve(40e9);
    evidence = () => Promise.resolve(healthy());
    doctor = new Doctor({
      hostNode: host,
      machine: {
        silentNodes: silent,
        examine: (scope, signal) => {
          looks.push({ scope, signal });
          return evidence();
        },
      },
      items: () => wants,
      room: () => room(),
      uplinkDrops: () => 0,
      changed: () => (changes += 1),
      logger: createLogger('test', 'silent'),
    });
  });
  afterEach(async () => {
    jest.useRealTimers();
    await doctor.stop();
  });
  const found = () => doctor.standing?.found.map(({ code }) => code);

  it('looks once for all who ask at the same time, and again for those who ask later', async () => {
    const [first, second] = await Promise.all([doctor.examine(), doctor.examine()]);
    expect(second).toBe(first);
    await Promise.all(Array.from({ length: 1_000 }, () => doctor.examine()));
    expect(looks).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1_100);
    expect(await doctor.examine()).not.toBe(first);
    expect(looks).toHaveLength(2);
  });

  it('answers with every check, those that found something first', async () => {
    room = low;
    evidence = () => Promise.resolve(healthy({ tun: unseen('the agent runs in a container') }));
    const { checks } = DoctorResult.parse(await doctor.examine());
    expect(checks.map(({ result }) => result)).toEqual(['found', 'unknown', ...Array<string>(13).fill('fine')]);
    expect(checks[0]).toMatchObject({ code: 'journal-disk-low', severity: 'error', fix: expect.any(String) });
    expect(checks[1]).toMatchObject({ code: 'tun-denied', cause: 'the agent runs in a container', fix: null });
  });

  it('asks about the containers that are wanted, and gives the machine less than three seconds', async () => {
    wants = items;
    await doctor.examine();
    const [{ scope, signal } = { scope: undefined, signal: undefined }] = looks;
    expect(scope).toEqual({ hostNode: host, containers: [expect.objectContaining({ node: container.node })] });
    expect(signal?.aborted).toBe(false);
  });

  it('knows nothing if the machine cannot be looked at, and says why', async () => {
    wants = items;
    evidence = () => Promise.reject(new Error('out of files'));
    room = () => Promise.reject(new Error('out of files'));
    const { checks } = await doctor.examine();
    const told = checks.filter(({ result }) => result === 'unknown');
    expect(told.map(({ code }) => code)).toContain('udp-blocked');
    expect(checks.filter(({ result }) => result === 'found')).toEqual([]);
    expect(told.some(({ cause }) => cause === 'out of files')).toBe(true);
  });

  it('looks when the reconciler has looked first, and when the engine or a daemon has changed', async () => {
    doctor.start();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(looks).toHaveLength(0);
    const look = observed({ nodes: [hostNode(host)] });
    doctor.looked(look);
    await jest.advanceTimersByTimeAsync(15_000);
    expect(looks).toHaveLength(1);
    for (let n = 0; n < 100; n++) doctor.looked(look);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(looks).toHaveLength(1);
    const engine = known({ version: '28.0', apiVersion: '1.47', os: 'linux', architecture: 'x86_64' });
    const changed = { ...look, engine };
    doctor.looked(changed);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(looks).toHaveLength(2);
    await jest.advanceTimersByTimeAsync(60_000);
    silent.add(host);
    doctor.looked(changed);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(looks).toHaveLength(3);
  });

  it('looks every ten minutes while all is well, and every minute while something is wrong', async () => {
    doctor.start();
    doctor.looked(observed());
    await jest.advanceTimersByTimeAsync(5_000);
    await jest.advanceTimersByTimeAsync(9 * 60_000);
    expect(looks).toHaveLength(1);
    room = low;
    await jest.advanceTimersByTimeAsync(2 * 60_000);
    expect([looks.length, found(), changes]).toEqual([2, ['journal-disk-low'], 2]);
    room = () => Promise.resolve(40e9);
    await jest.advanceTimersByTimeAsync(75_000);
    expect([looks.length, found(), changes]).toEqual([3, [], 3]);
  });

  it('looks often while a node may be cut off, until it is known', async () => {
    wants = items;
    const peers = seen([{ address: '38bba1b421', isRoot: true, heardMsAgo: null }]);
    evidence = () => Promise.resolve(healthy({ nodes: [nodeEvidence(container.node, { peers })] }));
    doctor.start();
    doctor.looked(observed());
    await jest.advanceTimersByTimeAsync(5_000);
    expect([looks.length, found()]).toEqual([1, []]);
    await jest.advanceTimersByTimeAsync(100_000);
    expect(found()).toEqual(['udp-blocked']);
    const [before] = [looks.length];
    await jest.advanceTimersByTimeAsync(10 * 60_000);
    expect(looks.length - before).toBeLessThan(13);
    evidence = () => Promise.resolve(healthy({ nodes: [nodeEvidence(container.node)] }));
    await doctor.examine();
    await jest.advanceTimersByTimeAsync(30_000);
    expect(found()).toEqual([]);
  });

  it('does not look often because of a node that nobody wants', async () => {
    const peers = seen([{ address: '38bba1b421', isRoot: true, heardMsAgo: null }]);
    evidence = () => Promise.resolve(healthy({ nodes: [nodeEvidence(host, { kind: 'host', peers })] }));
    doctor.start();
    doctor.looked(observed());
    await jest.advanceTimersByTimeAsync(9 * 60_000);
    expect(looks).toHaveLength(1);
  });

  it('makes findings, which stay while it cannot tell, and go when it sees that they are gone', async () => {
    const holds = new Holds<string>();
    const empty: FindingsInput = {
      ...{ items: [], observed: observed(), hasIdentity: () => true, outcome: () => undefined, tries: () => 0 },
      ...{ clockSkewMs: 0, cloned: false, damage: [] },
    };
    let raised: Parameters<typeof tellFindings>[0] = {};
    const tell = (now: number) => {
      const causes = findCauses({ ...empty, doctor: doctor.standing });
      const told = tellFindings(raised, causes, empty.observed, { holds, now, doctor: doctor.standing });
      raised = told.findings;
      return told.facts.map(({ type }) => type);
    };
    const examine = async () => {
      await jest.advanceTimersByTimeAsync(1_100);
      await doctor.examine();
    };
    expect(tell(0)).toEqual([]);
    evidence = () =>
      Promise.resolve(
        healthy({
          portHolder: seen({ port: 9993, pid: 42, program: 'nc' }),
          nodes: [nodeEvidence(host, { kind: 'host' })],
        }),
      );
    await examine();
    expect(tell(1)).toEqual(['finding.raised']);
    expect(Object.values(raised)[0]?.finding).toMatchObject({
      code: 'port-9993-taken',
      facts: { port: 9993, pid: 42 },
    });
    expect(tell(2)).toEqual([]);
    evidence = () => Promise.resolve(healthy({ portHolder: unseen() }));
    await examine();
    expect(tell(3)).toEqual([]);
    evidence = () => Promise.resolve(healthy());
    await examine();
    expect(tell(4)).toEqual(['finding.cleared']);
  });
});
