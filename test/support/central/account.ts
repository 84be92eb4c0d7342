import { randomBytes } from 'node:crypto';

type Json = Record<string, unknown>;
interface Network extends Json {
  id: string;
  config: Json;
}
interface Member extends Json {
  nodeId: string;
  config: Json;
}

/**
 * The content of one account in Central: networks and their members. Every answer has the shape that the document
 * defines.
 */
export class CentralAccount {
  readonly #networks = new Map<string, { network: Network; members: Map<string, Member> }>();

  networks(): Network[] {
    return [...this.#networks.values()].map(({ network }) => network);
  }

  /** Central picks the ID; the controllers are its own. */
  createNetwork(): Network {
    const id = `a09acf02${randomBytes(4).toString('hex')}`;
    const network = {
      id,
      ...{ clock: Date.now(), description: '', rulesSource: 'accept;', permissions: null, ownerId: null },
      ...{ onlineMemberCount: 0, authorizedMemberCount: 0, totalMemberCount: 0 },
      ...{ capabilitiesByName: {}, tagsByName: {} },
      config: {
        ...{ id, creationTime: Date.now(), lastModified: Date.now(), name: `new_${id.slice(-4)}`, private: true },
        ...{ mtu: 2800, multicastLimit: 32, enableBroadcast: true, dns: { domain: '', servers: null } },
        ...{ ipAssignmentPools: [], routes: [], tags: [], capabilities: [], rules: [{ type: 'ACTION_ACCEPT' }] },
        ...{ v4AssignMode: { zt: true }, v6AssignMode: { '6plane': false, rfc4193: false, zt: false } },
      },
    };
    this.#networks.set(id, { network, members: new Map() });
    return network;
  }

  network(id: string): Network | undefined {
    return this.#networks.get(id)?.network;
  }

  /** Fields that are not named stay as they are. */
  changeNetwork(id: string, { config, ...rest }: Json): Network | undefined {
    const network = this.network(id);
    if (!network) return undefined;
    Object.assign(network, rest);
    Object.assign(network.config, config, { lastModified: Date.now() });
    return network;
  }

  deleteNetwork(id: string): boolean {
    return this.#networks.delete(id);
  }

  members(network: string): Member[] | undefined {
    const found = this.#networks.get(network);
    return found && [...found.members.values()];
  }

  member(network: string, address: string): Member | undefined {
    return this.#networks.get(network)?.members.get(address);
  }

  /** An unknown member is created. */
  changeMember(network: string, address: string, { config, ...rest }: Json): Member | undefined {
    const members = this.#networks.get(network)?.members;
    if (!members) return undefined;
    const member = members.get(address) ?? newMember(network, address);
    members.set(address, Object.assign(member, rest));
    Object.assign(member.config, config);
    return member;
  }

  deleteMember(network: string, address: string): boolean {
    return this.#networks.get(network)?.members.delete(address) ?? false;
  }

  /** A node asks to be authorized. */
  hear(network: string, address: string, { version, from }: { version: string; from: string }): void {
    const lastSeen = Date.now();
    this.changeMember(network, address, { clientVersion: version, physicalAddress: from, lastSeen });
  }
}

const newMember = (network: string, address: string): Member => ({
  ...{ id: `${network}-${address}`, clock: Date.now(), networkId: network, nodeId: address, controllerId: 'a09acf02' },
  ...{ hidden: false, name: '', description: '', lastOnline: 0, lastSeen: 0, physicalAddress: null },
  ...{ clientVersion: '-1.-1.-1', protocolVersion: -1, supportsRulesEngine: false },
  config: {
    ...{
      id: address,
      identity: null,
      authorized: false,
      activeBridge: false,
      noAutoAssignIps: false,
      ssoExempt: false,
    },
    ...{ ipAssignments: [], capabilities: [], tags: [], revision: 1, creationTime: Date.now() },
    ...{ lastAuthorizedTime: 0, lastDeauthorizedTime: 0, vMajor: -1, vMinor: -1, vRev: -1, vProto: -1 },
  },
});
