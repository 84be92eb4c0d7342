import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { NetworkId } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { HostDaemonLab } from './machine/host-daemon-lab.js';

jest.setTimeout(90_000);
const engine = await findLabEngine();

(engine ? describe : describe.skip)("the host's own daemon, through the real machine", () => {
  let host: HostDaemonLab;
  let people: NetworkId[];
  let ours: NetworkId;
  const settings = { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false };
  const about = () => ({ node: host.lab.scope.hostNode, item: newId('itm'), nodeKind: 'host' as const, network: ours });
  const look = async () => {
    const { nodes } = await host.lab.look();
    const node = nodes.find(({ kind }) => kind === 'host');
    if (!node) throw new Error('the host was not looked at');
    return node;
  };
  const membership = async () => {
    const { memberships } = await look();
    return memberships.known ? memberships.value.find(({ network }) => network === ours) : undefined;
  };

  beforeAll(async () => {
    if (!engine) return;
    host = await HostDaemonLab.open(engine);
    people = [await host.lab.network('10.81.0'), await host.lab.network('10.82.0'), await host.lab.network('10.83.0')];
    ours = await host.lab.network('10.84.0');
    for (const network of people)
      await host.talk({ method: 'POST', path: `/network/${network}`, body: { allowDNS: true } });
    await host.lab.controller.talk({
      method: 'POST',
      path: `/controller/network/${ours}/member/${host.address}`,
      body: { authorized: true },
    });
    await eventually(
      async () => {
        const { memberships } = await look();
        return memberships.known && memberships.value.every(({ status }) => status === 'ACCESS_DENIED');
      },
      { within: 20_000, what: 'three networks that wait for their admission' },
    );
  });
  afterAll(() => host?.close());

  it('is observed with the networks that people joined, and looking changes not one byte of networks.d', async () => {
    const before = await host.networkFiles();
    const node = await look();
    expect(node).toMatchObject({ daemon: { known: true, value: { address: host.address } }, peers: { known: true } });
    expect(node.memberships.known && node.memberships.value.map(({ network }) => network)).toEqual([...people].sort());
    await look();
    await host.lab.machine.facts(host.lab.scope);
    expect(await host.networkFiles()).toEqual(before);
  });

  it('joins, is configured and leaves, and the other networks keep every byte', async () => {
    const before = await host.networkFiles();
    await host.lab.do({ ...about(), step: 'join-network', settings });
    await eventually(async () => (await membership())?.status === 'OK', { within: 15_000, what: 'OK' });
    await host.lab.do({ ...about(), step: 'configure-network', settings: { ...settings, allowGlobal: true } });
    expect(await membership()).toMatchObject({ allowGlobal: true, allowManagedList: null });
    await host.lab.do({
      ...about(),
      step: 'configure-network',
      settings: { ...settings, allowManaged: ['10.84.0.0/24'] },
    });
    expect(await membership()).toMatchObject({ allowManaged: true, allowManagedList: ['10.84.0.0/24'] });
    await host.lab.do({ ...about(), step: 'leave-network' });
    expect(await membership()).toBeUndefined();
    await eventually(async () => Object.keys(await host.networkFiles()).length === Object.keys(before).length);
    expect(await host.networkFiles()).toEqual(before);
  });

  it('is unknown with its cause when its token is missing, and known again with the new token', async () => {
    const token = join(host.home, 'authtoken.secret');
    await rename(token, `${token}.away`);
    expect((await look()).daemon).toMatchObject({ known: false, code: 'token-unreadable' });
    expect(await host.lab.refusal({ ...about(), step: 'join-network', settings })).toMatchObject({
      code: 'token-unreadable',
    });
    await writeFile(token, 'wrong');
    expect((await look()).daemon).toMatchObject({ known: false, code: 'token-unreadable' });
    await rename(`${token}.away`, token);
    expect((await look()).daemon).toMatchObject({ known: true });
  });

  it('is not trusted when its port answers for another node', async () => {
    const file = join(host.home, 'identity.public');
    await rename(file, `${file}.away`);
    await writeFile(file, 'ffffffff00:0:abc');
    const node = await look();
    expect(node.daemon).toMatchObject({ known: false, code: 'port-taken' });
    expect(node.memberships).toMatchObject({ known: false });
    expect(await host.lab.refusal({ ...about(), step: 'join-network', settings })).toMatchObject({
      code: 'port-taken',
    });
    await rename(`${file}.away`, file);
  });
});
