import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { NetworkId } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { stillWaiting } from '../support/system/still-waiting.js';
import { System } from '../support/system/system.js';
import { ScriptedDaemon } from './system/scripted-daemon.js';
import { asOnCalmMachine } from '../support/calm.js';

jest.setTimeout(120_000);
const HOST = 'scripted';
/** Ten seconds on an idle machine. */
const SOON_MS = 20_000;

/** Needs no engine: the daemon is a script on loopback, everything else is real. */
describe('a host daemon with answers that no lab can provoke', () => {
  let system: System;
  let daemon: ScriptedDaemon;
  let next = 0;
  const network = (): NetworkId => `8056c2e21cf0${String(next++).padStart(4, '0')}`;
  const cli = (...words: string[]) => system.cli(...words);
  const joining = async (says: Record<string, unknown>, wait: string) => {
    const id = network();
    daemon.script.set(id, says);
    return { id, ...(await cli('join', HOST, id, wait)) };
  };
  const waiting = async (says: Record<string, unknown>, reason: string) => {
    const id = network();
    daemon.script.set(id, says);
    return { id, ...(await stillWaiting(cli, reason, 'join', HOST, id)) };
  };

  beforeAll(async () => {
    daemon = await ScriptedDaemon.start();
    const agent = () => ({
      ORRERY_SIMULATE: 'false',
      ORRERY_DOCKER_SOCKET: '/nowhere/docker.sock',
      ORRERY_ZEROTIER_HOME: daemon.home,
      ORRERY_ZEROTIER_PORT: String(daemon.port),
    });
    system = await System.start({ hosts: [HOST], agent });
  });
  afterAll(async () => {
    await system?.close();
    await daemon?.close();
  });

  it('reports each waiting status with its own code, and what to do about it', async () => {
    const authenticationURL = 'https://sso.example/login?x=1';
    const [signIn, denied, lost, unheard] = await Promise.all([
      waiting({ status: 'AUTHENTICATION_REQUIRED', authenticationURL }, `Sign in at ${authenticationURL}`),
      waiting({ status: 'ACCESS_DENIED' }, 'authorization'),
      waiting({ status: 'NOT_FOUND' }, 'network-not-found'),
      joining({ status: 'QUANTUM_FLUX' }, '--wait=5s'),
    ]);
    const shown = [signIn, denied, lost].map(({ code, out }) => [code, out]);
    expect(shown).toEqual([
      [3, expect.stringContaining(`Sign in at ${authenticationURL}`)],
      [3, expect.stringContaining('authorization')],
      [3, expect.stringContaining('network-not-found')],
    ]);
    for (const { out } of [signIn, denied, lost]) expect(out).toMatch(/^ {2}next +\S/m);
    // An unknown status is reported as UNKNOWN.
    expect([unheard.code, unheard.out]).toEqual([3, expect.not.stringContaining('QUANTUM')]);
    const told = async () => new RegExp(`${unheard.id}.*UNKNOWN`).test((await cli('membership', 'ls')).out);
    await eventually(told, { within: 30_000, what: 'UNKNOWN in `orrery membership ls`' });
  });

  it.each([
    ['CLIENT_TOO_OLD', 'client-too-old'],
    ['PORT_ERROR', 'port-error'],
  ])('fails by %s: %s, with its fix, within ten seconds', async (status, code) => {
    const begun = performance.now();
    const joined = await joining({ status, ...(status === 'PORT_ERROR' && { portError: -1 }) }, '--wait=20s');
    expect([joined.code, joined.out]).toEqual([1, expect.stringContaining(code)]);
    expect(joined.out).toMatch(/^ {2}fix +\S/m);
    expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(SOON_MS));
  });

  it('reports OK without an interface: waits for the interface, with a finding that the two disagree', async () => {
    const ok = { status: 'OK', assignedAddresses: ['10.99.0.7/24'] };
    const { code, out } = await waiting(ok, 'the kernel does not show');
    expect([code, out]).toEqual([3, expect.stringContaining('the kernel does not show')]);
    const finding = async () => (await system.cli('finding', 'ls')).out.includes('interface-disagrees');
    await eventually(finding, { within: 30_000, every: 500, what: 'the finding interface-disagrees' });
  });

  it('no UDP socket: the finding names the port that something else has, and goes when the daemon has it', async () => {
    const found = async () => (await cli('finding', 'ls')).out.includes('udp-port-taken');
    expect(await found()).toBe(false);
    daemon.settings = { listeningOn: [], primaryPort: 25_123 };
    await eventually(found, { within: 60_000, every: 500, what: 'the finding udp-port-taken' });
    expect((await cli('finding', 'ls', '-o', 'json')).out).toContain('25123');
    daemon.settings = {};
    await eventually(async () => !(await found()), { within: 60_000, every: 500, what: 'the finding being cleared' });
  });

  it('does not answer at all: the last known state stays, and the lack of an answer is reported', async () => {
    const rows = () => system.sql<{ network_id: string }>('SELECT network_id FROM membership_status ORDER BY 1');
    const before = await rows();
    expect(before.length).toBeGreaterThan(5);
    daemon.fallSilent();
    const begun = performance.now();
    const { code, out } = await joining({ status: 'OK' }, '--wait=30s');
    expect([code, out]).toEqual([1, expect.stringContaining('daemon-unreachable')]);
    expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(20_000));
    expect(await rows()).toEqual(before);
    daemon.speakAgain();
    const joined = async () => (await rows()).length === before.length + 1;
    await eventually(joined, { within: 60_000, every: 200, what: 'the join that is still desired' });
  });

  it('reports the address of another node: is not trusted, because it is not the daemon of this host', async () => {
    await daemon.wear('ffffffff00');
    const { code, out } = await joining({ status: 'OK' }, '--wait=20s');
    expect([code, out]).toEqual([1, expect.stringContaining('port-taken')]);
    expect(out).toContain(`ss -lpn sport = :${daemon.port}`);
    await daemon.wear(daemon.address);
  });
});
