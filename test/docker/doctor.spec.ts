import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { DoctorCode, Item, NetworkId, NodeId } from '@orrery/shared/contracts';
import type { Machine } from '@orrery/shared/machine';
import { createLogger, newId } from '@orrery/shared/runtime';
import { Doctor } from '../../apps/agent/src/doctor/doctor.js';
import { containerItem, membershipItem } from '../support/agent/items.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/servers.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { MachineLab } from './machine/machine-lab.js';

jest.setTimeout(120_000);
const engine = await findLabEngine();
const run = promisify(execFile);

(engine ? describe : describe.skip)('the doctor of a real machine', () => {
  let lab: MachineLab;
  let network: NetworkId;
  let items: Item[];
  let laterMs: number;
  let doctor: Doctor;

  beforeAll(async () => {
    if (!engine) return;
    lab = await MachineLab.open(engine);
    network = await lab.network('10.95.0', { dns: { domain: 'lab.example', servers: ['10.95.0.53'] } });
  });
  afterAll(() => lab?.close());

  /** A container that is in the network, and what is wanted of it. */
  async function launch(name: string) {
    const blueprint = lab.blueprint(name, [network]);
    const engineId = await lab.launch(blueprint, [network]);
    await lab.addressOf(blueprint);
    const { node, item } = blueprint;
    items = [containerItem({ id: item, node, name }), membershipItem({ node, network })];
    laterMs = 0;
    doctor = doctorOn(lab.machine);
    return { node, engineId };
  }
  const doctorOn = (machine: Machine) =>
    new Doctor({
      ...{ hostNode: lab.scope.hostNode, machine, items: () => items },
      room: () => Promise.resolve(40e9),
      uplinkDrops: () => 0,
      changed: () => undefined,
      logger: createLogger('test', 'silent'),
      now: () => performance.now() + laterMs,
    });
  const examine = async () => {
    laterMs += 2_000;
    const { checks, tookMs } = await doctor.examine();
    expect(tookMs).toBeLessThan(3_000);
    return checks;
  };
  const verdict = async (code: DoctorCode) => (await examine()).find((check) => check.code === code);
  const evidenceOf = async (node: NodeId) => {
    const scope = { ...lab.scope, containers: lab.scope.containers.filter((one) => one.node === node) };
    const { nodes } = await lab.machine.examine(scope, AbortSignal.timeout(2_700));
    return nodes.find((one) => one.node === node);
  };

  it('finds nothing on a host that is well, and can tell about its nodes', async () => {
    const { node } = await launch('sound');
    const checks = await examine();
    expect(checks.filter(({ result }) => result === 'found')).toEqual([]);
    const told = checks.filter(({ result }) => result === 'fine').map(({ code }) => code);
    // The stand-in's moons are not those of zerotier-one, so nothing is said about them.
    expect(told).toEqual(
      expect.arrayContaining(['engine-rootless', 'engine-old', 'udp-blocked', 'no-root-reached', 'zerotier-old']),
    );
    expect(await evidenceOf(node)).toMatchObject({
      daemon: { value: { tcpFallback: false, listeningOn: [expect.stringMatching(/\/25\d{3}$/)] } },
      dns: { value: [{ network, servers: ['10.95.0.53'], allowDns: false }] },
    });
  });

  it('sees that a firewall drops the UDP of a node, until it no longer does', async () => {
    const { node, engineId } = await launch('cut-off');
    const { State } = await lab.world.docker.getContainer(engineId).inspect();
    const firewall = (...rule: string[]) =>
      run('nsenter', [`--net=/proc/${State.Pid}/ns/net`, '--', 'iptables', ...rule]);
    const lastHeardMs = async () => {
      const peers = (await evidenceOf(node))?.peers;
      if (!peers?.known) throw new Error('its peers were not seen');
      return Math.min(...peers.value.flatMap(({ heardMsAgo }) => heardMsAgo ?? []));
    };
    expect((await verdict('udp-blocked'))?.result).toBe('fine');
    await firewall('-A', 'INPUT', '-p', 'udp', '-j', 'DROP');
    // Its root is greeted every five seconds.
    const isSilent = async () => (await lastHeardMs()) > 12_000;
    await eventually(isSilent, { within: 40_000, every: 1_000, what: 'nobody heard for two greetings' });
    expect((await verdict('udp-blocked'))?.result).toBe('fine');
    await firewall('-D', 'INPUT', '-p', 'udp', '-j', 'DROP');
    await eventually(async () => (await lastHeardMs()) < 6_000, {
      ...{ within: 20_000, every: 500, what: 'the root being heard again' },
    });
  });

  it('finds a root that its nodes do not use, and DNS that a network pushes in vain', async () => {
    const { node } = await launch('stale');
    expect((await verdict('wrong-root'))?.result).not.toBe('found');
    expect((await verdict('dns-ignored'))?.result).toBe('fine');
    const item = newId('itm');
    const settings = { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: true };
    await lab.do({ step: 'configure-network', item, node, nodeKind: 'container', network, settings });
    expect(await verdict('dns-ignored')).toMatchObject({ result: 'found', severity: 'warning', network, node });
    const folder = await temporaryFolder('other-root');
    await writeFile(join(folder, '000000aaaaaaaaaa.moon'), moonOf('aaaaaaaaaa'));
    doctor = doctorOn(lab.another({ moonsDir: folder }));
    expect(await verdict('wrong-root')).toMatchObject({
      result: 'found',
      node,
      cause: expect.stringContaining('aaaaaaaaaa'),
    });
  });
});

/** A moon with one root and no endpoint. */
const moonOf = (address: string) =>
  Buffer.concat([
    Buffer.from([127]),
    Buffer.alloc(176),
    Buffer.from([1]),
    Buffer.from(`${address}00`, 'hex'),
    Buffer.alloc(66),
  ]);
