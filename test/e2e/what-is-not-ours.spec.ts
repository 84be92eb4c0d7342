import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandPage, Membership, MembershipPage } from '@orrery/shared/contracts';
import { eventually, temporaryFolder } from '../support/servers.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { PUBLIC, PUBLIC_TOO, System } from '../support/system/system.js';

const THEIRS = ['8056c2e21c0000a1', '8056c2e21c0000a2', '8056c2e21c0000a3'];
const settings = 'allowManaged=1\nallowGlobal=0\nallowDefault=0\nallowDNS=1\n';

/** Principle 3 as a whole (and docs/faults.md, F32, simulated): Orrery does not touch what it did not create. */
describe('a host on which somebody had already joined three networks', () => {
  let system: System;
  const host = () => system.host('site-1');
  let policy: string;
  /**
   * The host's policy allows the DNS that a network pushes. Otherwise the settings that the owner switched on could not
   * be adopted.
   */
  const start = () => host().start({ ORRERY_POLICY_FILE: policy });
  const files = async () => (await host().simulated()).host.files;
  const path = (network: string) => `/v1/nodes/site-1/networks/${network}`;
  const known = () => system.api.get('/v1/memberships?host=site-1', MembershipPage);

  beforeAll(async () => {
    policy = join(await temporaryFolder('policy'), 'policy.yaml');
    await writeFile(policy, 'settings:\n  allowDNS: true\n', { mode: 0o600 });
    system = await System.start({ hosts: ['site-1'] });
    await host().process.kill();
    await host().tamper((state) => {
      for (const network of THEIRS)
        Object.assign(state.host.files, { [`${network}.conf`]: '', [`${network}.local.conf`]: settings });
    });
    await (await start()).welcomed();
    await eventually(async () => (await known()).items.length === 3, { within: 60_000 });
  }, 180_000);
  afterAll(() => system?.close());

  it('shows them as unmanaged, and none of them changes when agents restart or commands touch other networks', async () => {
    // The daemon itself writes its configuration as it learns it; from then on not one byte is allowed to change.
    const settled = async () => {
      const { items } = await known();
      return items.length === 3 && items.every(({ status }) => status === 'OK');
    };
    await eventually(settled, { within: 60_000, what: 'three memberships are OK' });
    expect((await known()).items.map(({ managed, intent }) => [managed, intent])).toEqual(
      THEIRS.map(() => [false, null]),
    );
    await host().process.kill('SIGTERM');
    const before = await files();
    await (await start()).welcomed();
    await system.done((await system.change('PUT', path(PUBLIC))).id);
    await system.done((await system.change('DELETE', path(PUBLIC))).id);
    await system.done((await system.launch('site-1', 'demo', PUBLIC_TOO)).id);
    await host().process.kill();
    await (await start()).welcomed();
    await expectSettledWorld(system);
    expect(await host().process.kill('SIGTERM')).toBe(0);
    expect(await files()).toEqual(before);
    expect((await system.api.get('/v1/commands', CommandPage)).items).toHaveLength(3);
    await (await start()).welcomed();
  }, 180_000);

  it('keeps them when asked to leave or to join them, until they are adopted', async () => {
    const [network = ''] = THEIRS;
    await system.api.refused('DELETE', path(network), 'unmanaged-membership');
    await system.api.refused('PUT', path(network), 'unmanaged-membership', { body: {} });
    const adopted = await system.done((await system.change('PUT', path(network), { adopt: true })).id);
    expect(adopted.action).toBe('adopt');
    const membership = await system.api.get(path(network), Membership);
    expect(membership).toMatchObject({ managed: true, intent: 'present', settings: { allowDNS: true } });
    expect((await files())[`${network}.local.conf`]).toContain('allowDNS=1');
    await system.done((await system.change('DELETE', path(network))).id);
    expect(Object.keys(await files())).not.toContain(`${network}.conf`);
  }, 120_000);

  it('gets them back when they are released: still joined, and unmanaged again', async () => {
    const [, network = ''] = THEIRS;
    expect((await system.cli('adopt', 'site-1', network, '--wait=60s')).code).toBe(0);
    expect((await system.cli('release', 'site-1', network, '--yes')).code).toBe(0);
    expect(await system.api.get(path(network), Membership)).toMatchObject({ managed: false, intent: null });
    await host().process.kill();
    await (await start()).welcomed();
    await expectSettledWorld(system);
    expect(Object.keys(await files())).toContain(`${network}.conf`);
    await system.api.refused('DELETE', path(network), 'unmanaged-membership');
  }, 120_000);
});
