import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Accepted, HelloReply, subjects, type NodeAddress, type PublicIdentity } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { startApi, type ApiBench, type RunningApi } from '../../../../test/support/api.js';
import { newAddress } from '../../../../test/support/controller-host.js';
import { joinHost, ListeningAgent } from '../../../../test/support/joined-host.js';
import { eventually, temporaryFolder } from '../../../../test/support/servers.js';

const NETWORK = '8056c2e21c00000a';
const SOON = { within: 20_000 };

let bench: ApiBench;
let api: RunningApi;
let door: string;
let root: Socket;
/** The nodes that the root was asked to look for, in order. */
let mentioned: string[];
let agents: ListeningAgent[];
let count = 0;

const open = (started: number) => {
  const endpoints = [`127.0.0.1/${root.address().port}`];
  return writeFile(join(door, 'root.json'), JSON.stringify({ address: '0a0b0c0d0e', endpoints, started }));
};

beforeAll(async () => {
  door = await temporaryFolder('door');
  for (const folder of ['offered', 'known']) await mkdir(join(door, folder));
  root = createSocket('udp4').bind(0, '127.0.0.1');
  await once(root, 'listening');
  root.on('message', (bytes) => mentioned.push(`${bytes.length}:${bytes.subarray(8).toString('hex')}`));
  mentioned = [];
  await open(1);
  bench = await startApi({ ORRERY_ROOT_DOOR: door });
  ({ api } = bench);
}, 60_000);
afterAll(async () => {
  await bench?.close();
  root.close();
});

beforeEach(() => {
  mentioned = [];
  agents = [];
});
afterEach(() => Promise.all(agents.map((agent) => agent.close())));

const joined = async () => {
  const agent = await ListeningAgent.connect(await joinHost(api, `host-${++count}`));
  agents.push(agent);
  return agent;
};
const identityOf = (address: NodeAddress, key = 'ab'): PublicIdentity => `${address}:0:${key.repeat(64)}`;
const hello = ({ bus, joined }: ListeningAgent, publicIdentities: PublicIdentity[]) => {
  const freeIdentities = publicIdentities.map((identity) => identity.slice(0, 10));
  const about = { epoch: newId('epo'), agentVersion: 'test', simulated: true, revision: 0, digest: null };
  const rest = { inventory: '0'.repeat(64), journalHead: 0, at: new Date().toISOString() };
  const body = { ...about, ...rest, freeIdentities, publicIdentities };
  return bus.request(subjects.hello(joined.hostId), body, HelloReply, 5000);
};
const launch = ({ joined }: ListeningAgent, name: string) =>
  api.ask('POST', `/v1/hosts/${joined.name}/containers`, Accepted, { body: { name, networks: [NETWORK] } });
const offered = (address: NodeAddress) =>
  readFile(join(door, 'offered', address), 'utf8').then(
    (text): string | undefined => text,
    () => undefined,
  );
const isOffered = (address: NodeAddress) => eventually(async () => (await offered(address)) !== undefined, SOON);
const isWithdrawn = (address: NodeAddress) => eventually(async () => (await offered(address)) === undefined, SOON);

describe('a root with a door', () => {
  it('gets the identities that hosts have pre-generated, and learns of a node before its host does', async () => {
    const agent = await joined();
    const [address, other] = [newAddress(), newAddress()];
    await hello(agent, [identityOf(address), identityOf(other)]);
    await Promise.all([isOffered(address), isOffered(other)]);
    expect(await offered(address)).toBe(identityOf(address));
    expect(mentioned).toEqual([]);
    await launch(agent, 'demo');
    await eventually(() => agent.newest?.items.length, SOON);
    const [taken] = agent.newest?.items.flatMap((item) => (item.kind === 'container' ? [item['identity']] : [])) ?? [];
    await eventually(() => mentioned.length > 0, SOON);
    expect(new Set(mentioned)).toEqual(new Set([`13:${String(taken)}`]));
  });

  it('does not get identities that no host has any longer, as after a pool came back from a backup', async () => {
    const agent = await joined();
    const [used, kept] = [newAddress(), newAddress()];
    await hello(agent, [identityOf(used), identityOf(kept)]);
    await isOffered(used);
    await hello(agent, [identityOf(kept)]);
    await isWithdrawn(used);
    await hello(agent, [identityOf(used), identityOf(kept)]);
    await eventually(async () => (await readdir(join(door, 'offered'))).includes(kept), SOON);
    expect(await offered(used)).toBeUndefined();
  });

  it('accepts nothing from a host about an identity of another host, and no key but the first', async () => {
    const [owner, thief] = [await joined(), await joined()];
    const [address, own] = [newAddress(), newAddress()];
    await hello(owner, [identityOf(address)]);
    await isOffered(address);
    await hello(thief, [identityOf(address, 'cd'), identityOf(own)]);
    await hello(owner, [identityOf(address, 'ef')]);
    await isOffered(own);
    expect(await offered(address)).toBe(identityOf(address));
  });

  it('gets only a few when a host creates very many', async () => {
    const hostile = await joined();
    const names = new Set<string>();
    for (let round = 0; round < 4; round++) {
      await hello(
        hostile,
        Array.from({ length: 64 }, () => identityOf(newAddress())),
      );
      for (const name of await readdir(join(door, 'offered'))) names.add(name);
    }
    const honest = await joined();
    const address = newAddress();
    await hello(honest, [identityOf(address)]);
    await isOffered(address);
    for (const name of await readdir(join(door, 'offered'))) names.add(name);
    expect(names.size).toBeLessThan(60);
  });

  it('learns of every running node after a restart', async () => {
    const agent = await joined();
    const address = newAddress();
    await hello(agent, [identityOf(address)]);
    await launch(agent, 'demo');
    await eventually(() => mentioned.includes(`13:${address}`), SOON);
    const before = mentioned.length;
    await open(2);
    await eventually(() => mentioned.slice(before).includes(`13:${address}`), SOON);
  });
});
