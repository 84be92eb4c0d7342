import {
  Accepted,
  NetworkMade,
  type AgentFact,
  type NetworkId,
  type NodeAddress,
  type NodeId,
  type ObservedMembership,
  type Outcome,
} from '@orrery/shared/contracts';
import type { ApiFixture } from '../../support/api-fixture.js';
import { ControllerHost } from '../../support/controller-host.js';
import { ReportingHost } from '../../support/reporting-host.js';
import { aMembership, aSnapshot, membershipFact } from '../../support/reports.js';

/** Two hosts that are online, and one that joined but was never heard from; each is in one network. */
export async function joinFleet({ api, closing }: Pick<ApiFixture, 'api' | 'closing'>): Promise<ReportingHost[]> {
  const hosts: ReportingHost[] = [];
  for (const [at, name] of ['web-1', 'web-2', 'nas-1'].entries()) {
    const host = closing(await ReportingHost.join(api, name));
    const setLabels = { site: name === 'nas-1' ? 'onprem' : 'cloud' };
    await (await api.raw('PATCH', `/v1/hosts/${name}`, { body: { setLabels } })).text();
    await host.say(lookAt(host.node, `89e92ceee${at}`, [aMembership()]));
    if (name !== 'nas-1') await host.beats();
    hosts.push(host);
  }
  return hosts;
}

/** A whole look at a host whose own daemon has this address. */
export function lookAt(node: NodeId, address: NodeAddress, memberships: ObservedMembership[]): AgentFact {
  const look = aSnapshot(node, memberships);
  const [seen] = look.type === 'host.snapshot' ? look.data.state.nodes : [];
  if (seen) seen.daemon = { known: true, value: { address, version: '1.14.2', online: true } };
  return look;
}

/** `nas-1` was asked to join the network `shop`, which admits nobody by itself: it waits for a person. */
export async function waitsForPerson(
  { api, closing }: Pick<ApiFixture, 'api' | 'closing'>,
  host: ReportingHost,
  address: NodeAddress,
): Promise<{ keeper: ControllerHost; network: NetworkId; authorized: () => Promise<void> }> {
  const keeper = closing(await ControllerHost.join(api, 'keeper'));
  const config = { pools: [{ start: '10.7.0.10', end: '10.7.0.99' }], routes: [{ target: '10.7.0.0/24', via: null }] };
  const made = { name: 'shop', controller: keeper.name, config, admission: { by: 'manual' } };
  const { id: network } = (await api.ask('POST', '/v1/networks', NetworkMade, { body: made })).body;
  const { command } = (await api.ask('PUT', `/v1/nodes/${host.name}/networks/${network}`, Accepted, { body: {} })).body;
  const item = command.items[0]?.item;
  if (!item) throw new TypeError('a command without an item');
  keeper.controller.showUp(network, address);
  const settles = (outcome: Outcome) =>
    host.say({ type: 'item.settled', data: { item, revision: command.revision, outcome } });
  const joined = (more: Partial<ObservedMembership>) => aMembership({ network, name: 'shop', ...more });
  await host.say(
    membershipFact('authorization.requested', host.node, joined({ status: 'ACCESS_DENIED', addresses: [] })),
  );
  await settles({ kind: 'waiting', code: 'authorization', cause: 'not authorized', fix: 'authorize it' });
  const authorized = async () => {
    await host.say(membershipFact('authorization.granted', host.node, joined({ addresses: ['10.7.0.10/24'] })));
    await settles({ kind: 'done' });
  };
  return { keeper, network, authorized };
}
