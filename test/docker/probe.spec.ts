import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { interfaceName, type Probe } from '@orrery/shared/contracts';
import { temporaryFolder } from '../support/servers.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { DockerSystem, HOST } from './system/docker-system.js';
import { ServedPage } from './system/served-page.js';

jest.setTimeout(180_000);
const engine = await findLabEngine();
const PORT = 8080;

(engine ? describe : describe.skip)('orrery probe, between two containers on a real engine', () => {
  let world: DockerSystem;
  let page: ServedPage;
  let policy: string;
  /** The node that probes; the address of the other in their network, and that of the controller on Docker's bridge. */
  let [near, far, bridge] = ['', '', ''];
  const probe = (...words: string[]) => world.system.cli('probe', near, ...words);
  const result = async (...words: string[]) => JSON.parse((await probe(...words, '-o', 'json')).stdout) as Probe;

  beforeAll(async () => {
    if (!engine) return;
    const folder = await temporaryFolder('policy');
    await chmod(folder, 0o700);
    policy = join(folder, 'policy.yaml');
    await writeFile(policy, 'probes: networks\n', { mode: 0o600 });
    world = await DockerSystem.open(engine, { agent: { ORRERY_POLICY_FILE: policy } });
    const network = await world.controller.network('10.81.0');
    const names = [world.name('near'), world.name('far')] as const;
    await Promise.all(names.map((name) => world.launched(name, network)));
    near = `${HOST}/${names[0]}`;
    far = ((await world.kernelAddresses(names[1], interfaceName(network)))[0] ?? '').replace(/\/.*/, '');
    const { Networks } = (await world.controller.node.container.inspect()).NetworkSettings;
    bridge = Networks[world.world.network]?.IPAddress ?? '';
    page = await ServedPage.serve(world, names[1], far, PORT);
  });
  afterAll(async () => {
    page?.close();
    await world?.close();
  });

  it('tells each reply of a ping as it comes; where the host has no ping, how to get one', async () => {
    const { code, out } = await probe('--ping', far, '--count', '2');
    const replies = /\n {2}· seq 1 {2}[\d.]+ ms\n {2}· seq 2 {2}[\d.]+ ms\nreached {2}2 of 2 answered/;
    const noPing =
      /\nprobe-tool-missing\n {2}cause {2}there is no ping on this host\n {2}fix +Install it: apt install iputils-ping/;
    expect(out).toMatch(code === 0 ? replies : noPing);
    const told = (await world.events()).filter(({ type }) => type === 'probe.progress');
    expect(told).toHaveLength(code === 0 ? 2 : 0);
  });

  it('gets a page across, follows a redirect, stops at 64 kB, and stores nothing of what it got', async () => {
    const { code, out } = await probe('--http', `http://${far}:${PORT}/away?to=/%3Fhushed`);
    expect(out).toMatch(/\n {2}· status 302 after [\d.]+ ms\n.*\n.*\n {2}· status 200 after/);
    expect([code, out]).toEqual([0, expect.stringContaining('reached  status 200, 26 bytes')]);
    const large = await result('--http', `http://${far}:${PORT}/large`);
    expect(large.result).toMatchObject({ code: 'reached', address: far, http: { bytes: 65_536, isWhole: false } });
    expect(/only the server knows|hushed/.exec(JSON.stringify(await world.events()))).toBeNull();
  });

  it('tells a port that nobody listens on from one that takes connections, and from an address that nobody has', async () => {
    expect((await result('--tcp', `${far}:${PORT}`)).result).toMatchObject({ code: 'reached' });
    const refused = await probe('--tcp', `${far}:${PORT + 1}`);
    expect([refused.code, refused.out]).toEqual([1, expect.stringContaining('\nconnection-refused\n  cause  ')]);
    const nobody = far.replace(/\d+$/, '254');
    expect((await result('--tcp', `${nobody}:${PORT}`, '--timeout', '5s')).result).toMatchObject({ code: 'timed-out' });
    const silent = await result('--http', `http://${far}:${PORT}/silent`, '--timeout', '5s');
    expect(silent.result).toMatchObject({ code: 'timed-out', cause: expect.stringContaining('takes connections') });
  });

  it('is no way out of the networks, neither straight nor by a redirect; where the host’s policy allows it, it is', async () => {
    const straight = await probe('--tcp', `${bridge}:9993`);
    expect([straight.code, straight.out]).toEqual([4, expect.stringContaining('over eth0')]);
    const led = ['--http', `http://${far}:${PORT}/away?to=http://${bridge}:9993/`];
    expect((await result(...led)).result).toMatchObject({ code: 'outside-networks', address: bridge });
    await writeFile(policy, 'probes: true\n');
    expect((await result('--tcp', `${bridge}:9993`)).result).toMatchObject({ code: 'reached' });
    expect((await result(...led)).result).toMatchObject({ code: 'reached', http: { status: 401 } });
    await writeFile(policy, 'probes: false\n');
    const none = await probe('--tcp', `${far}:${PORT}`);
    expect([none.code, none.out]).toEqual([4, expect.stringContaining('rule probes')]);
  });
});
