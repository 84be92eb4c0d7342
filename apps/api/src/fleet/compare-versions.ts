import { explain, type HostId, type NetworkId, type NodeId } from '@orrery/shared/contracts';
import type { HostFinding } from '../findings/host-findings.js';

/** zerotier-one counts its releases by twos: 1.10, 1.12, 1.14. From here on, it is two releases behind. */
const MUCH = 4;
const SOME = 2;

interface Version {
  major: number;
  minor: number;
}

/** Undefined for what is no version, such as that of a build of one's own. */
function parse(text: string): Version | undefined {
  const [, major, minor] = /^v?(\d{1,4})\.(\d{1,4})(?:[.+-]|$)/.exec(text) ?? [];
  return major === undefined || minor === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

const isOlder = (one: Version, other: Version) =>
  one.major < other.major || (one.major === other.major && one.minor < other.minor);

/** Agents whose minor version is older than the API's. A patch changes nothing that both need. */
export const agentDrift = (agents: readonly { host: HostId; version: string }[], api: string): HostFinding[] =>
  agents.flatMap(({ host, version }) => {
    const [own, newest] = [parse(version), parse(api)];
    if (!own || !newest || !isOlder(own, newest)) return [];
    return [{ host, severity: 'warning' as const, ...explain('version-drift/agent', { agent: version, api }) }];
  });

export interface NodeVersion {
  host: HostId;
  node: NodeId;
  network: NetworkId;
  /** As people write it. */
  networkName: string;
  version: string;
}

/** Nodes whose zerotier-one is much older than the newest in one of their networks: one finding for each node. */
export function nodeDrift(nodes: readonly NodeVersion[]): HostFinding[] {
  const newest = new Map<NetworkId, { version: Version; text: string }>();
  for (const { network, version: text } of nodes) {
    const version = parse(text);
    const known = newest.get(network);
    if (version && (!known || isOlder(known.version, version))) newest.set(network, { version, text });
  }
  const found = new Map<NodeId, HostFinding>();
  for (const { host, node, network, networkName, version: text } of nodes) {
    const own = parse(text);
    const best = newest.get(network);
    if (!own || !best || !isOlder(own, best.version) || found.get(node)?.severity === 'warning') continue;
    const behind = own.major < best.version.major ? MUCH : best.version.minor - own.minor;
    if (behind < SOME) continue;
    const explained = explain('version-drift/node', { version: text, newest: best.text, network: networkName });
    const severity = behind >= MUCH ? 'warning' : 'info';
    if (severity === 'warning' || !found.has(node)) found.set(node, { host, node, severity, ...explained });
  }
  return [...found.values()];
}
