import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  ApiTokenMade,
  EventPage,
  Host,
  HostPage,
  JoinReply,
  JoinToken,
  JoinTokenMade,
  NetworkMade,
  type JoinRequest,
  type JoinTokenPost,
  type Labels,
  type NetworkId,
  type NodeAddress,
} from '@orrery/shared/contracts';
import type { z } from 'zod';
import { apiFixture } from '../support/api-fixture.js';
import { ControllerHost, newAddress, sayHello } from '../support/controller-host.js';
import { eventually } from '../support/eventually.js';
import { joinBody, joinHost, ListeningAgent, newInstallation } from '../support/joined-host.js';

const CLAIM = { env: 'prod', rack: 'r7' };

const { api, closing } = apiFixture();
/** The host of the controller of the network that admits nodes on hosts with env=prod. */
let keeper: ControllerHost;
let network: NetworkId;
/** A token for hosts with env=prod. */
let prod: string;
const agents: ListeningAgent[] = [];

beforeAll(async () => {
  keeper = closing(await ControllerHost.join(api, 'keeper'));
  const body = { name: 'prod', controller: 'keeper', admission: { by: 'selector', selector: 'env=prod' } };
  network = (await api.ask('POST', '/v1/networks', NetworkMade, { body })).body.id;
  const post = { name: 'prod', role: 'viewer', scope: { hosts: 'env=prod' } };
  prod = (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body: post })).body.secret;
}, 60_000);
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.close();
});

const make = async (body: z.input<typeof JoinTokenPost>) =>
  (await api.ask('POST', '/v1/join-tokens', JoinTokenMade, { body })).body;
/** A machine that can claim anything about itself. */
async function enrol(token: string, name: string, more: Partial<JoinRequest> = { labels: CLAIM }): Promise<JoinReply> {
  const body = await joinBody(api, { name, agentVersion: 'test', installation: newInstallation(), ...more });
  return (await api.ask('POST', '/v1/join', JoinReply, { body, token })).body;
}
const labelsOf = async (name: string) => (await api.get(`/v1/hosts/${name}`, Host)).body.labels;
const joinedFact = (name: string) => {
  const find = async () =>
    (await api.get('/v1/events?type=host.joined&limit=500', EventPage)).body.items
      .map(({ data }) => data as { name: string; labels: Labels; ignoredLabels?: Labels })
      .find((data) => data.name === name);
  return eventually(find, { within: 20_000, what: `the event of ${name}` });
};
const seenByProd = async () =>
  (await api.ask('GET', '/v1/hosts', HostPage, { token: prod })).body.items.map(({ name }) => name);
const isIn = (address: NodeAddress) => keeper.controller.record(network, address)?.authorized;

/** Launches a node on this host in the network of env=prod; resolves when the host has received it. */
async function launch(joined: JoinReply): Promise<NodeAddress> {
  const address = newAddress();
  const agent = await ListeningAgent.connect(joined);
  agents.push(agent);
  await sayHello(agent, [address]);
  const body = { name: 'demo', networks: [network] };
  await api.ask('POST', `/v1/hosts/${joined.name}/containers`, Accepted, { body });
  await eventually(() => agent.newest?.items.length === 2, { within: 20_000, what: 'a host that received the launch' });
  return address;
}

describe('labels that a machine claims for itself', () => {
  it('give it neither a place in a scope nor admission by a selector, when its token does not allow them', async () => {
    const liar = await launch(await enrol((await make({})).secret, 'liar'));
    const honest = await launch(await enrol((await make({ labels: { env: 'prod' } })).secret, 'honest', {}));
    // By then the twin is authorized, whose token sets the label that the other only claims.
    await eventually(() => isIn(honest), { within: 20_000, what: 'the honest host, authorized' });
    expect(isIn(liar)).not.toBe(true);
    expect(await labelsOf('liar')).toEqual({});
    expect(await seenByProd()).toEqual(['honest']);
  }, 60_000);

  it('count when the token lets the machine choose, except where the token sets a label itself', async () => {
    const { secret, token } = await make({ ownLabels: true, labels: { rack: 'r1' } });
    expect(token).toMatchObject({ ownLabels: true });
    const joined = await enrol(secret, 'trusted');
    const address = await launch(joined);
    await eventually(() => isIn(address), { within: 20_000, what: 'the trusted host, authorized' });
    expect(await labelsOf('trusted')).toEqual({ env: 'prod', rack: 'r1' });
    expect(joined.ignoredLabels).toEqual({ rack: 'r7' });
    expect(await seenByProd()).toContain('trusted');
  }, 60_000);

  it('count with the join secret, which belongs to the installation itself', async () => {
    const joined = await joinHost(api, 'local', { labels: CLAIM });
    expect(await labelsOf('local')).toEqual(CLAIM);
    expect(joined.ignoredLabels).toBeUndefined();
    expect(await joinedFact('local')).not.toHaveProperty('ignoredLabels');
  });

  it('are named in the event and to the machine when they are ignored, so that nobody looks for them in vain', async () => {
    const { secret, token } = await make({ labels: { env: 'prod' } });
    expect((await api.get(`/v1/join-tokens/${token.id}`, JoinToken)).body.ownLabels).toBe(false);
    const joined = await enrol(secret, 'half');
    expect(joined.ignoredLabels).toEqual({ rack: 'r7' });
    expect(await joinedFact('half')).toMatchObject({ labels: { env: 'prod' }, ignoredLabels: { rack: 'r7' } });
    const silent = await enrol((await make({ labels: { env: 'prod' } })).secret, 'silent', {});
    expect(silent.ignoredLabels).toBeUndefined();
  });

  it('change nothing of an existing host, neither when it asks again nor when another machine replaces it', async () => {
    const { secret } = await make({ labels: { site: 'lab' } });
    const installation = newInstallation();
    await enrol(secret, 'steady', { installation });
    await enrol(secret, 'steady', { installation, labels: CLAIM });
    expect(await labelsOf('steady')).toEqual({ site: 'lab' });
    await enrol((await make({ replaces: 'steady' })).secret, 'whatever');
    expect(await labelsOf('steady')).toEqual({ site: 'lab' });
    const body = { replaces: 'steady', ownLabels: true };
    const { errors } = await api.refused('POST', '/v1/join-tokens', 'bad-request', { body });
    expect(errors?.[0]?.message).toContain('keeps its labels');
  });
});
