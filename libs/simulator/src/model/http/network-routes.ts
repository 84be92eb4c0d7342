import type { Daemon } from '../daemon.js';
import { changeSettings, join, leave, visibleMemberships } from '../daemon-networks.js';
import { deviceNameOf, macOf } from '../ids.js';
import { parsePrefix } from '../inet.js';
import { DEFAULT_MTU } from '../kernel-view.js';
import { statusOf, type Membership, type Settings } from '../membership.js';
import { emptyObject, json, readBody } from './http-message.js';
import { NETWORK_ID, route, type Call, type Outcome } from './route.js';

/** The groups that a new interface joins, and one for ARP per IPv4 address (its number is the address itself). */
function groupsOf(membership: Membership, mac: string): { adi: number; mac: string }[] {
  if (!membership.listens) return [];
  const arp = (membership.config?.addresses ?? []).flatMap((text) => {
    const ip = parsePrefix(text)?.ip;
    return ip?.family === 4 ? [{ adi: Number(ip.value), mac: 'ff:ff:ff:ff:ff:ff' }] : [];
  });
  const solicited = `33:33:ff${mac.slice('xx:xx:xx'.length)}`;
  return [...['01:00:5e:00:00:01', '33:33:00:00:00:01', solicited].map((group) => ({ adi: 0, mac: group })), ...arp];
}

function networkJson(daemon: Daemon, membership: Membership): Record<string, unknown> {
  const { networkId, settings, config } = membership;
  const mac = macOf(daemon.identity.address, networkId);
  const status = statusOf(membership);
  const url = membership.refusal?.authenticationUrl;
  return {
    allowDNS: settings.allowDNS,
    allowDefault: settings.allowDefault,
    allowGlobal: settings.allowGlobal,
    allowManaged: settings.allowManaged,
    assignedAddresses: config?.addresses ?? [],
    ...(status === 'AUTHENTICATION_REQUIRED' && { authenticationURL: url ?? '' }),
    bridge: config?.bridge ?? false,
    broadcastEnabled: config?.broadcast ?? false,
    dhcp: false,
    dns: config?.dns ?? { domain: '', servers: [] },
    id: networkId,
    mac,
    mtu: config?.mtu ?? DEFAULT_MTU,
    multicastSubscriptions: groupsOf(membership, mac),
    name: config?.name ?? '',
    netconfRevision: config?.revision ?? 0,
    nwid: networkId,
    portDeviceName: deviceNameOf(networkId),
    portError: membership.portError,
    routes: (config?.routes ?? []).map(({ target, via }) => ({ flags: 0, metric: 0, target, via })),
    status,
    type: config?.public ? 'PUBLIC' : 'PRIVATE',
  };
}

const idOf = (call: Call): string => (call.parts[0] ?? '').toLowerCase();

function visible(daemon: Daemon, networkId: string): Membership | undefined {
  return visibleMemberships(daemon).find((membership) => membership.networkId === networkId);
}

function getNetwork(call: Call): Outcome {
  const membership = visible(call.node.daemon, idOf(call));
  return { answer: membership ? json(networkJson(call.node.daemon, membership)) : emptyObject(404) };
}

/** Only booleans count; everything else in the body is silently ignored. */
function settingsIn(body: Readonly<Record<string, unknown>>): Partial<Settings> {
  const keys = ['allowManaged', 'allowGlobal', 'allowDefault', 'allowDNS'] as const;
  return Object.fromEntries(keys.flatMap((key) => (typeof body[key] === 'boolean' ? [[key, body[key]]] : [])));
}

/** Always 200. Without TUN the answer is an empty object: the only sign that the join had no effect. */
function postNetwork(call: Call): Outcome {
  const id = idOf(call);
  const joined = join(call.node.daemon, id);
  const membership = visible(joined, id);
  if (!membership) return { answer: emptyObject(200), node: { ...call.node, daemon: joined } };
  const daemon = changeSettings(joined, id, settingsIn(readBody(call.body)));
  return { answer: json(networkJson(daemon, daemon.memberships[id] ?? membership)), node: { ...call.node, daemon } };
}

function deleteNetwork(call: Call): Outcome {
  const { daemon } = call.node;
  const left = leave(daemon, idOf(call));
  return { answer: left === daemon ? json({}) : json({ result: true }), node: { ...call.node, daemon: left } };
}

export const networkRoutes = [
  route('GET', '/network', ({ node: { daemon } }) => ({
    answer: json(visibleMemberships(daemon).map((membership) => networkJson(daemon, membership))),
  })),
  route('GET', `/network/${NETWORK_ID}`, getNetwork),
  route('POST PUT', `/network/${NETWORK_ID}`, postNetwork),
  route('DELETE', `/network/${NETWORK_ID}`, deleteNetwork),
];
