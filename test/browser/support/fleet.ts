import type { AgentFact, NodeAddress, NodeId, ObservedMembership } from '@orrery/shared/contracts';
import type { ApiFixture } from '../../support/api-fixture.js';
import { ReportingHost } from '../../support/reporting-host.js';
import { aMembership, aSnapshot } from '../../support/reports.js';

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
