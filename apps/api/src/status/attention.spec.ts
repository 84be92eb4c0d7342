import { describe, expect, it } from '@jest/globals';
import { MAX_ATTENTION } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { absent, controllerAway, firstOf, found, unsettled, type Placed } from './attention.js';
import type { AbsentHost, OpenFinding, Unsettled } from './status.repository.js';

const hostOf = (name: string) => ({ id: newId('hst'), name });
const finding = (name: string, place: number, severity: Placed['severity'] = 'error', cause = 'because') =>
  found(openFinding({ host: hostOf(name), place, severity, cause }));
const openFinding = (more: Partial<OpenFinding> = {}): OpenFinding => ({
  ...{ host: hostOf('web-1'), node: null, network: null, severity: 'error', code: 'unexpected', cause: 'because' },
  ...{ place: 1, hosts: 1, count: 1 },
  ...more,
});
const many = (host: string, count: number) => Array.from({ length: count }, (_, at) => finding(host, at + 1));

describe('an unsettled item', () => {
  const outcome = { kind: 'waiting' as const, code: 'workload' as const, cause: 'not there', fix: 'start it' };
  const host = hostOf('web-1');
  const node = { id: newId('nod'), name: 'web-1/db', kind: 'container' as const };
  const lab = { id: '8056c2e21c000001', name: 'lab' };
  const item = (kind: Unsettled['kind'], more: Partial<Unsettled> = {}): Unsettled => ({
    ...{ kind, host, node, network: kind === 'membership' ? lab : null, outcome, place: 1, count: 1, oneHost: true },
    ...more,
  });

  it.each([
    ['attachment', 'attachment web-1/db waits for its workload', 'orrery explain web-1/db'],
    ['container', 'container web-1/db waits for its workload', 'orrery explain web-1/db'],
    ['membership', 'web-1/db in lab waits for its workload', 'orrery explain web-1/db lab'],
  ] as const)('of kind %s is named with the command that shows it', (kind, what, next) => {
    expect(unsettled(item(kind))).toMatchObject([{ what, next, code: 'workload' }]);
  });

  it('says in fields what it is about', () => {
    expect(unsettled(item('container'))[0]?.about).toEqual({ kind: 'node', host, node });
    expect(unsettled(item('membership'))[0]?.about).toEqual({ kind: 'membership', host, node, network: lab });
  });

  it('is one line with all that have the same cause, from three of them', () => {
    expect(unsettled(item('membership', { count: 40, oneHost: false }))).toEqual([
      {
        ...{ severity: 'warning', what: '40 memberships in lab wait for their workload', code: 'workload', count: 40 },
        ...{ cause: 'for example web-1/db: not there', next: 'orrery membership ls --network lab', place: 1 },
        about: { kind: 'network', network: lab },
      },
    ]);
    const failed = { ...outcome, kind: 'failed' as const, code: 'disk-full' as const };
    expect(unsettled(item('container', { outcome: failed, count: 3 }))).toMatchObject([
      {
        ...{ severity: 'error', what: '3 containers fail: disk-full', cause: 'not there', count: 3 },
        ...{ next: 'orrery container ls --host web-1', about: { kind: 'host', host } },
      },
    ]);
    expect(unsettled(item('container', { count: 3, oneHost: false }))[0]?.about).toEqual({ kind: 'orrery' });
    expect(unsettled(item('membership', { count: 2 }))[0]).not.toHaveProperty('count');
  });
});

describe('a controller that is away', () => {
  const controller = { id: newId('ctl'), name: 'own' };
  const away = { controller, host: null, state: 'away' as const, cause: 'no answer', waiting: 0 };

  it('is one line with the memberships that wait for it', () => {
    expect(controllerAway({ ...away, waiting: 40 })).toMatchObject({
      ...{ what: 'controller own is away: 40 memberships wait for it', cause: 'no answer', count: 40 },
      ...{ code: 'controller-away', next: 'orrery controller get own', about: { kind: 'controller', controller } },
    });
    expect(controllerAway({ ...away, waiting: 1 }).what).toBe('controller own is away: 1 membership waits for it');
  });

  it('is a line even when nothing waits for it', () => {
    const line = controllerAway(away);
    expect(line.what).toBe('controller own is away');
    expect(line).not.toHaveProperty('count');
  });
});

describe('hosts that are not online', () => {
  const host = (presence: string, count: number): AbsentHost => ({
    ...{ host: hostOf(`web-${count}`), presence, count },
    since: '2026-01-01T00:00:00.000Z',
  });

  it('have a line each, with a reference to the host', () => {
    const [one, two] = [host('unreachable', 2), host('joined', 1)];
    expect(absent([one, two])).toMatchObject([
      { code: 'host-away', about: { kind: 'host', host: one.host } },
      { about: { kind: 'host', host: two.host } },
    ]);
  });

  it('are one line when the API cannot judge them', () => {
    const hosts = [host('unknown', 40), host('unknown', 40), host('unreachable', 1)];
    expect(absent(hosts).map(({ what, count }) => [what, count])).toEqual([
      ['it is unknown whether 40 hosts are online', 40],
      ['web-1 is unreachable', undefined],
    ]);
    expect(absent([host('unknown', 2)])).toMatchObject([{ what: 'it is unknown whether web-2 is online' }]);
  });
});

describe('a finding', () => {
  it('is one line for three hosts with the same, and names its host otherwise', () => {
    expect(found(openFinding({ hosts: 40, count: 41 }))).toMatchObject({
      ...{ what: '40 hosts: unexpected', next: 'orrery finding ls', count: 41, about: { kind: 'orrery' } },
    });
    const one = openFinding();
    expect(found(one)).toMatchObject({ what: 'web-1: unexpected', about: { kind: 'host', host: one.host } });
  });

  it('is about a node, a network or a membership, if it names them', () => {
    const node = { id: newId('nod'), name: 'web-1', kind: 'host' as const };
    const network = { id: '8056c2e21c000001', name: null };
    const kinds = [{ node }, { network }, { node, network }].map((more) => found(openFinding(more)).about?.kind);
    expect(kinds).toEqual(['node', 'network', 'membership']);
  });
});

describe('firstOf', () => {
  it('shows the worst first, and the first of each host before the second of any', () => {
    const list = [
      ...many('attacker', 3),
      finding('calm', 1),
      finding('calm', 2, 'info'),
      finding('warned', 1, 'warning'),
    ];
    expect(firstOf(list).map(({ severity, what }) => `${severity} ${what.split(':')[0]}`)).toEqual([
      'error attacker',
      'error calm',
      'error attacker',
      'error attacker',
      'warning warned',
      'info calm',
    ]);
  });

  it('has a bounded number of bounded texts: less than 256 KiB, whatever hosts report', () => {
    const cause = '\u{10ffff}'.repeat(100_000);
    const list = Array.from({ length: 500 }, (_, at) => finding('h'.repeat(63), at, 'error', cause));
    const shown = firstOf(list);
    expect(shown).toHaveLength(MAX_ATTENTION);
    expect(Buffer.byteLength(JSON.stringify(shown))).toBeLessThan(256 * 1024);
  });
});
