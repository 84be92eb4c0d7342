import { addressesOf, assignAddress } from './address-pool.js';
import { newMember, type MemberRecord, type NetworkRecord } from './controller-records.js';
import type { Turn } from './daemon.js';
import type { Message, NetworkConfig, Refusal } from './messages.js';
import { REAL_TIMING, VERSION, type Timing } from './timing.js';

/** What a controller remembers of a node between its requests; it is not part of a record and is lost at a restart. */
interface Contact {
  readonly lastRequestAt: number;
  /** Only a node that was admitted once is known well enough to push changes to it. */
  readonly pushable: boolean;
}

/** The controller inside a daemon, as plain data. Everything it says to nodes is returned as messages. */
export interface Controller {
  readonly address: string;
  readonly timing: Timing;
  readonly networks: Readonly<Record<string, NetworkRecord>>;
  /** Network id → member address → record. */
  readonly members: Readonly<Record<string, Readonly<Record<string, MemberRecord>>>>;
  readonly contacts: Readonly<Record<string, Contact>>;
  /** Answers every request on a network with this refusal, whatever its records say: for statuses that a plain controller cannot produce. */
  readonly refusals: Readonly<Record<string, Refusal>>;
}

export const newController = (address: string, timing: Partial<Timing> = {}): Controller => ({
  address,
  timing: { ...REAL_TIMING, ...timing },
  networks: {},
  members: {},
  contacts: {},
  refusals: {},
});

const contactKey = (networkId: string, address: string): string => `${networkId}/${address}`;

export const membersOf = (controller: Controller, networkId: string): MemberRecord[] =>
  Object.values(controller.members[networkId] ?? {}).sort((a, b) => (a.address < b.address ? -1 : 1));

/** Saving an equal record changes nothing; any other becomes the next revision. */
function revised<Row extends { readonly revision: number }>(was: Row, next: Row): Row {
  return JSON.stringify(was) === JSON.stringify({ ...next, revision: was.revision })
    ? was
    : { ...next, revision: was.revision + 1 };
}

export function saveMember(controller: Controller, member: MemberRecord): Controller {
  const rows = controller.members[member.nwid] ?? {};
  const was = rows[member.address];
  const next = was ? revised(was, member) : { ...member, revision: 1 };
  return { ...controller, members: { ...controller.members, [member.nwid]: { ...rows, [member.address]: next } } };
}

export function saveNetwork(controller: Controller, network: NetworkRecord): Controller {
  const was = controller.networks[network.id];
  const next = was ? revised(was, network) : { ...network, revision: 1 };
  return { ...controller, networks: { ...controller.networks, [network.id]: next } };
}

function configOf(network: NetworkRecord, member: MemberRecord): NetworkConfig {
  const dns = network.dns as { domain?: unknown; servers?: unknown };
  return {
    name: network.name,
    public: !network.private,
    revision: network.revision,
    mtu: network.mtu,
    broadcast: network.enableBroadcast,
    bridge: member.activeBridge,
    addresses: addressesOf(network, member),
    routes: network.routes,
    dns: {
      domain: typeof dns.domain === 'string' ? dns.domain : '',
      servers: Array.isArray(dns.servers) ? dns.servers.filter((entry) => typeof entry === 'string') : [],
    },
  };
}

/** Assigns an address if one is due, and sends the node its configuration. */
export function grant(controller: Controller, network: NetworkRecord, member: MemberRecord): Turn<Controller> {
  const others = membersOf(controller, network.id).filter((other) => other.address !== member.address);
  const state = saveMember(controller, assignAddress(network, member, others));
  const saved = state.members[network.id]?.[member.address] ?? member;
  const config = configOf(network, saved);
  return {
    state,
    out: [{ kind: 'config', from: controller.address, to: member.address, networkId: network.id, config }],
  };
}

/** Sends a change to a node that was admitted before and asked recently. A deauthorized node is not notified. */
export function push(controller: Controller, networkId: string, address: string, now: number): Turn<Controller> {
  const network = controller.networks[networkId];
  const member = controller.members[networkId]?.[address];
  const contact = controller.contacts[contactKey(networkId, address)];
  const reachable = contact?.pushable === true && now - contact.lastRequestAt < controller.timing.memberOnline;
  if (!network || !member?.authorized || !reachable) return { state: controller, out: [] };
  return grant(controller, network, member);
}

export function pushToAll(controller: Controller, networkId: string, now: number): Turn<Controller> {
  return membersOf(controller, networkId).reduce<Turn<Controller>>(
    (turn, member) => {
      const next = push(turn.state, networkId, member.address, now);
      return { state: next.state, out: [...turn.out, ...next.out] };
    },
    { state: controller, out: [] },
  );
}

function noteContact(controller: Controller, key: string, contact: Contact): Controller {
  return { ...controller, contacts: { ...controller.contacts, [key]: contact } };
}

function refuse(state: Controller, to: string, networkId: string, refusal: Refusal): Turn<Controller> {
  return { state, out: [{ kind: 'refusal', from: state.address, to, networkId, refusal }] };
}

/** The node's record after this request: with its identity, and authorized at once when the network is public. */
function shownUp(network: NetworkRecord, was: MemberRecord, identity: string, now: number): MemberRecord {
  const known = { ...was, identity };
  if (known.authorized || network.private) return known;
  return { ...known, authorized: true, lastAuthorizedTime: now, lastAuthorizedCredentialType: 'public' };
}

type ConfigRequest = Extract<Message, { kind: 'config-request' }>;

export function handleRequest(controller: Controller, request: ConfigRequest, now: number): Turn<Controller> {
  const { networkId, from } = request;
  const key = contactKey(networkId, from);
  const contact = controller.contacts[key];
  if (contact && now - contact.lastRequestAt <= controller.timing.minimumRequestPause)
    return { state: controller, out: [] };
  const noted = noteContact(controller, key, { lastRequestAt: now, pushable: contact?.pushable ?? false });
  const forced = controller.refusals[networkId];
  if (forced) return refuse(noted, from, networkId, forced);
  const network = controller.networks[networkId];
  if (!network) return refuse(noted, from, networkId, { code: 'NOT_FOUND' });
  const was = controller.members[networkId]?.[from] ?? newMember(networkId, from, now);
  if (was.identity !== undefined && was.identity !== request.identity) {
    return refuse(noted, from, networkId, { code: 'ACCESS_DENIED' });
  }
  const member = shownUp(network, was, request.identity, now);
  if (!member.authorized) return refuse(saveMember(noted, member), from, networkId, { code: 'ACCESS_DENIED' });
  const { major: vMajor, minor: vMinor, revision: vRev, protocol: vProto } = VERSION;
  const known = noteContact(noted, key, { lastRequestAt: now, pushable: true });
  return grant(known, network, { ...member, vMajor, vMinor, vRev, vProto });
}
