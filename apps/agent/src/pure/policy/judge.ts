import { covers, overlaps, parsePrefix, type Prefix } from '@orrery/shared/addresses';
import {
  type NodeContainerItem,
  type Item,
  type MembershipItem,
  type NetworkId,
  isOfContainer,
  type AttachmentItem,
  type RouterItem,
  type ObservedWorkload,
  permitsNetwork,
  WORKLOAD_LABEL,
} from '@orrery/shared/contracts';
import type { MayRoute } from '../guard/ground.js';
import { fitsImage, readImagePattern } from './image-pattern.js';
import type { CallName, Policy, Rule } from './policy.js';

/** The rule that denies something, and why in words. */
export interface Refusal {
  rule: Rule;
  cause: string;
  /** The container whose label would have to name a network. */
  label?: { name: string; network: string };
}

/** Context that the item itself does not contain. */
export interface JudgeContext {
  /** The image that a container would run: the one that it was created from, the item's, or the host's default. */
  image: string;
  /** Of an attachment, or of that of a membership's node, if the engine shows it. */
  workload?: ObservedWorkload | undefined;
}

const refused = (rule: Rule, cause: string): Refusal => ({ rule, cause });

export const NO_WORKLOADS = refused('workloads', 'nothing may be attached to containers of this host');

/**
 * The rule of the policy that an item breaks; undefined when it is allowed. Only items with intent `present` are judged: removing and
 * leaving are always allowed.
 */
export function judge(item: Item, policy: Policy, context: JudgeContext): Refusal | undefined {
  if (item.intent === 'absent') return undefined;
  if (item.kind === 'router') return judgeRouter(item, policy);
  if (!isOfContainer(item)) return judgeMembership(item, policy) ?? judgeLabel(item, policy, context);
  const refusal = item.kind === 'attachment' ? judgeWorkload(item, policy, context) : undefined;
  return refusal ?? judgeContainer(item, policy, context);
}

function judgeContainer(item: NodeContainerItem, { images, containers }: Policy, { image }: JudgeContext) {
  const { memoryMb, pids } = item.limits;
  if (!allowsImage({ images }, image))
    return refused('images', `the image ${image} is not among those that this host allows`);
  if (memoryMb > containers.memoryMb)
    return refused(
      'containers.memoryMb',
      `${memoryMb} MiB of memory exceed the ${containers.memoryMb} MiB that this host allows`,
    );
  if (pids > containers.pids)
    return refused('containers.pids', `${pids} processes exceed the ${containers.pids} that this host allows`);
  return undefined;
}

/** A workload that is not there yet is judged when it is. */
function judgeWorkload({ workload: name }: AttachmentItem, { workloads }: Policy, { workload }: JudgeContext) {
  if (workloads === 'none') return NO_WORKLOADS;
  if (workloads === 'all' || !workload || workload.labelled) return undefined;
  return refused('workloads', `the container ${name} does not wear the label ${WORKLOAD_LABEL}`);
}

/** The networks that a workload may be attached to are those that its label names. One without the label is denied itself. */
function judgeLabel(
  { network, networkName }: MembershipItem,
  { workloads }: Policy,
  { workload }: JudgeContext,
): Refusal | undefined {
  if (workloads !== 'labelled' || !workload?.labelled) return undefined;
  const about = { id: network, ...(networkName !== undefined && { name: networkName }) };
  if (permitsNetwork(workload.labels ?? {}, about)) return undefined;
  const { name } = workload;
  const called = networkName === undefined ? network : `${networkName} (${network})`;
  const cause = `the label ${WORKLOAD_LABEL} of ${name} does not name the network ${called}`;
  return { ...refused('workloads', cause), label: { name, network: networkName ?? network } };
}

export const allowsImage = ({ images }: Pick<Policy, 'images'>, image: string): boolean =>
  images.flatMap((text) => readImagePattern(text) ?? []).some((pattern) => fitsImage(image, pattern));

function judgeMembership({ network, nodeKind, settings }: MembershipItem, policy: Policy): Refusal | undefined {
  const { networks, hostDaemon } = policy;
  if (fitsAny(network, networks.deny)) return refused('networks.deny', `the network ${network} is denied on this host`);
  if (!fitsAny(network, networks.allow))
    return refused('networks.allow', `the network ${network} is not among those that this host allows`);
  const mayTouch = Array.isArray(hostDaemon) ? fitsAny(network, hostDaemon) : hostDaemon;
  if (nodeKind === 'host' && !mayTouch)
    return refused('hostDaemon', `the host's own zerotier-one is not allowed to join ${network}`);
  for (const name of ['allowGlobal', 'allowDefault', 'allowDNS'] as const) {
    const whose = policy.settings[name];
    if (settings[name] && (whose === false || (whose === 'containers' && nodeKind === 'host')))
      return refused(`settings.${name}`, `${name} is not allowed${whose === false ? '' : ' for the host itself'}`);
  }
  const barred = nodeKind === 'host' ? routesAskedFor(settings).find((cidr) => !mayRoute(policy, cidr)) : undefined;
  return barred === undefined ? undefined : refused('routes', `routes to ${barred} are not allowed on this host`);
}

function judgeRouter({ prefixes }: RouterItem, policy: Policy): Refusal | undefined {
  const barred = prefixes.find((cidr) => !mayOpen(policy, cidr));
  return barred === undefined
    ? undefined
    : refused('routers', `routers of this host may not open ${barred} to networks`);
}

/** Whether a router may open a prefix behind this host: only a private one of IPv4 that lies wholly within one of the list. */
export function mayOpen({ routers }: Pick<Policy, 'routers'>, cidr: string): boolean {
  const prefix = parsePrefix(cidr);
  if (prefix?.version !== 4 || !isPrivate(prefix)) return false;
  return routers.flatMap((text) => parsePrefix(text) ?? []).some((allowed) => covers(allowed, prefix));
}

export function judgeCall(call: CallName, { calls }: Policy): Refusal | undefined {
  return calls.includes(call)
    ? undefined
    : refused('calls', `the call ${call} is not among those that this host answers`);
}

export function judgeProbe({ probes }: Policy): Refusal | undefined {
  return probes === false ? refused('probes', 'this host allows no probes') : undefined;
}

/**
 * Whether the controller in the host's own zerotier-one may be asked: about this network, or whether it exists at all. A controller
 * in a container belongs to Orrery alone.
 */
export function judgeHostController(network: NetworkId | undefined, { hostDaemon }: Policy): Refusal | undefined {
  const isAllowed =
    network === undefined || !Array.isArray(hostDaemon) ? hostDaemon !== false : fitsAny(network, hostDaemon);
  if (isAllowed) return undefined;
  return refused(
    'hostDaemon',
    `access to the controller in the host's own zerotier-one is not allowed${network === undefined ? '' : ` for ${network}`}`,
  );
}

/** The prefixes that an item itself requests: its list, or everything. The guard judges everything else that a network pushes. */
function routesAskedFor({ allowManaged, allowDefault }: MembershipItem['settings']): readonly string[] {
  if (Array.isArray(allowManaged)) return allowManaged;
  return allowManaged && allowDefault ? ['0.0.0.0/0', '::/0'] : [];
}

function mayRoute(policy: Policy, cidr: string): boolean {
  const prefix = parsePrefix(cidr);
  return prefix !== undefined && routeRule(policy)(prefix);
}

/** Whether a network may bring a prefix onto the host: all of it must be allowed, and none of it denied. */
export function routeRule({ routes }: Pick<Policy, 'routes'>): MayRoute {
  const read = (list: readonly string[]) => list.flatMap((text) => parsePrefix(text) ?? []);
  const [allow, deny] = [read(routes.allow), read(routes.deny)];
  return (prefix) =>
    allow.some((allowed) => covers(allowed, prefix)) && !deny.some((denied) => overlaps(denied, prefix));
}

/** RFC 1918 and 6598: none of these is found outside of a site. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].flatMap(
  (text) => parsePrefix(text) ?? [],
);
const isPrivate = (prefix: Prefix): boolean => PRIVATE.some((outer) => covers(outer, prefix));

const fitsAny = (network: NetworkId, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => new RegExp(`^${pattern.replaceAll(/\*+/g, '[0-9a-f]*')}$`).test(network));
