import type { Explanation, Membership, Node, StoryLine, ViewPoint } from '@orrery/shared/contracts';
import {
  areSeveral,
  causesOfFindings,
  causesOfMembership,
  causesOfNode,
  causesOfPresence,
  clock,
  countText,
  findingsOf,
  isGoing,
  nameOf,
  sortCauses,
  verdictOf,
  isOther,
  withPlace,
  type PossibleCause,
} from './causes.js';
import { NO_ZEROTIER } from '../nodes/unused-node.js';
import type { Evidence, Keeping, Past } from './evidence.js';
import { tellStory } from './story.js';

/** Explanations of what stands on a host: pure functions of what is stored. */

const keepingOf = ({ keeping }: Evidence, { node, network }: Membership): Keeping | undefined =>
  keeping.find((one) => one.node === node.id && one.network === network.id);

const hostRef = ({ host }: Evidence) => ({ id: host.id, name: host.name });

/** IDs of networks are replaced by the names that people gave them here. */
function named({ keeping }: Evidence, story: StoryLine[]): StoryLine[] {
  const names = new Map(
    keeping.flatMap(({ network, givenName }) => (givenName === null ? [] : [[network, givenName]])),
  );
  const inWords = (text: string) => text.replaceAll(/\b[0-9a-f]{16}\b/g, (id) => names.get(id) ?? id);
  return story.map(({ at, text }) => ({ at, text: inWords(text) }));
}

/** Asked for, and its host has not reported what came of it. */
const isOnItsWay = ({ managed, outcome, intent }: Pick<Membership, 'managed' | 'outcome' | 'intent'>) =>
  managed && (outcome === null || intent === 'absent');

/** While a host is not heard from, everything about it is as old as its last sign. */
const asOf = ({ host }: Evidence): string | null => (host.presence === 'online' ? null : host.lastSeenAt);

export function explainMembership(evidence: Evidence, membership: Membership, events: readonly Past[]): Explanation {
  const keeping = keepingOf(evidence, membership);
  const { node, network } = membership;
  const nodeRow = evidence.nodes.find((one) => one.id === node.id);
  const causes = sortCauses(
    [
      ...causesOfPresence(evidence.host),
      ...(nodeRow ? causesOfNode(evidence, nodeRow) : []),
      ...causesOfMembership(evidence, membership, keeping),
      ...causesOfFindings(findingsOf(evidence, node, network.id)),
    ],
    evidence.host.name,
  );
  const verdict = verdictOf(causes);
  const isRemoved = isGoing(evidence, node);
  const pending = verdict.standing === 'fine' && (isRemoved || isOnItsWay(membership));
  const standing = pending ? 'unknown' : verdict.standing;
  return {
    about: {
      ...{ kind: 'membership', name: `${node.name} in ${nameOf(membership, keeping)}`, host: hostRef(evidence), node },
      ...{ network: { id: network.id, name: keeping?.givenName ?? null }, command: null },
    },
    ...verdict,
    standing,
    pending,
    headline: isRemoved
      ? removalHeadline(node.name, verdict)
      : membershipHeadline(membership, { ...verdict, standing }, nameOf(membership, keeping)),
    since: standing === 'fine' ? (keeping?.settledAt ?? null) : (causes[0]?.since ?? null),
    asOf: asOf(evidence),
    views: viewsOf(membership, keeping, nodeRow),
    story: named(evidence, tellStory(events, { network: network.id })),
  };
}

function membershipHeadline(
  membership: Membership,
  { standing, cause }: Pick<Explanation, 'standing' | 'cause'>,
  network: string,
): string {
  const { node, addresses, intent, managed, status } = membership;
  const why = cause?.cause ?? 'its host has not reported it since it was asked for';
  if (standing === 'unknown' && cause) return `Orrery cannot tell whether ${node.name} is in ${network}: ${why}`;
  if (intent === 'absent') return `${node.name} is leaving ${network}${cause ? `: ${cause.cause}` : ''}`;
  if (standing === 'unknown') return `${node.name} is on its way into ${network}: ${why}`;
  // A deliberate denial: its cause is the whole sentence.
  if (cause?.code === 'authorization' && standing === 'warning') return cause.cause;
  const isIn = status === 'OK' && addresses.length > 0;
  if (standing === 'trouble')
    return isIn
      ? `${node.name} has an address in ${network}, but it is not as wanted: ${why}`
      : `${node.name} is not in ${network}: ${why}`;
  const found = managed ? '' : '; Orrery did not put it there';
  const whole = `${node.name} is in ${network}${addresses.length > 0 ? ` with ${addresses.map(bare).join(', ')}` : ''}${found}`;
  return standing === 'warning' ? `${whole}, but ${why}` : whole;
}

/** Without its prefix length. */
const bare = (address: string) => address.replace(/\/\d+$/, '');

function viewsOf(membership: Membership, keeping: Keeping | undefined, node: Node | undefined) {
  return {
    controller: controllerView(membership, keeping),
    daemon: daemonView(membership, node),
    kernel: kernelView(membership),
  };
}

function controllerView({ controller: record }: Membership, keeping: Keeping | undefined): ViewPoint {
  const unknown = (text: string): ViewPoint => ({ text, standing: 'unknown' });
  if (!keeping?.controller) return unknown('not known: Orrery does not manage this network');
  const { controller, verdict, policy, admittedBy, address } = keeping;
  if (controller.state !== 'up' && controller.state !== 'unknown' && !record)
    return unknown(`cannot be asked: ${controller.cause ?? 'it does not answer'}`);
  const old = controller.state === 'up' ? '' : ' (as last read)';
  const denied = verdict?.verdict === 'deny' && `denied by ${verdict.by} at ${clock(verdict.at)}`;
  if (!record) {
    const none = `has no record of ${address ?? 'this node'}${old}`;
    return { text: denied ? `${none}: ${denied}` : none, standing: 'trouble' };
  }
  if (record.authorized) {
    const addresses = record.addresses.length > 0 ? `, ${record.addresses.join(', ')}` : '';
    return { text: `authorized${addresses}${admittedBy ? ` (${admittedBy})` : ''}${old}`, standing: 'fine' };
  }
  const undecided =
    (policy ?? 'manual') === 'manual'
      ? 'a person authorizes each node'
      : `its policy (${policy ?? ''}) has not admitted it`;
  const who = denied || undecided;
  return { text: `has a record, not authorized: ${who}${old}`, standing: 'trouble' };
}

function daemonView({ status, assignedAddresses, node: { name } }: Membership, node: Node | undefined): ViewPoint {
  if (node && node.state !== 'up')
    return {
      text: `zerotier-one of ${name} does not answer${node.cause ? `: ${node.cause}` : ''}`,
      standing: node.state === 'down' ? 'trouble' : 'unknown',
    };
  if (status === null) return { text: 'is not in the network', standing: 'trouble' };
  if (status === 'UNKNOWN') return { text: 'reports a status that Orrery does not know', standing: 'unknown' };
  const addresses = assignedAddresses.length > 0 ? `, ${assignedAddresses.join(', ')}` : '';
  return { text: `${status}${addresses}`, standing: status === 'OK' ? 'fine' : 'trouble' };
}

function kernelView({ device, interfaceUp, addresses }: Membership): ViewPoint {
  if (interfaceUp === null) return { text: 'shows no interface', standing: 'trouble' };
  const state = `${device ?? 'interface'} ${interfaceUp ? 'up' : 'down'}`;
  if (addresses.length === 0) return { text: `${state}, no address`, standing: 'trouble' };
  return { text: `${state}, ${addresses.join(', ')}`, standing: interfaceUp ? 'fine' : 'trouble' };
}

export function explainNode(evidence: Evidence, node: Node, events: readonly Past[]): Explanation {
  const memberships = evidence.memberships.filter((one) => one.node.id === node.id);
  const causes = sortCauses(
    [
      ...causesOfPresence(evidence.host),
      ...causesOfNode(evidence, node),
      ...memberships.flatMap((one) => causesOfMembership(evidence, one, keepingOf(evidence, one))),
      ...causesOfFindings(findingsOf(evidence, node)),
    ],
    evidence.host.name,
  );
  const container = evidence.containers.find((one) => one.node.id === node.id);
  const verdict = verdictOf(causes);
  const isRemoved = isGoing(evidence, node);
  const pending =
    verdict.standing === 'fine' && (isRemoved || container?.outcome === null || memberships.some(isOnItsWay));
  const isUnknown = pending || (node.state === 'unknown' && node.unused === null);
  const standing = verdict.standing === 'fine' && isUnknown ? 'unknown' : verdict.standing;
  const place = {
    name: node.name,
    works: node.state === 'up' ? `is up as ${node.address ?? '?'}` : 'has no zerotier-one that answers',
    within: countText(memberships.length, 'network', 'networks'),
    // The first cause may be about one of its networks: `web-1/demo in shop`.
    about: causes[0]?.about.startsWith(`${node.name} in `) ? causes[0].about : node.name,
  };
  return {
    about: {
      ...{ kind: 'node', name: node.name, host: hostRef(evidence), network: null, command: null },
      node: { id: node.id, name: node.name, kind: node.kind },
    },
    ...verdict,
    standing,
    pending,
    headline:
      standing === 'fine' && node.unused !== null
        ? unusedHeadline(node.host.name, node.unused)
        : isRemoved
          ? removalHeadline(node.name, verdict)
          : placeHeadline(place, { ...verdict, standing, pending }),
    since: standing === 'fine' ? null : (causes[0]?.since ?? null),
    asOf: asOf(evidence),
    views: null,
    story: named(evidence, tellStory(events)),
  };
}

/** What stands in the way of the removal, if anything does. */
const removalHeadline = (name: string, { cause }: Pick<Explanation, 'cause'>): string =>
  `${name} is being removed${cause ? `: ${cause.cause}` : ''}`;

function unusedHeadline(host: string, unused: string): string {
  return unused === NO_ZEROTIER
    ? `${host} has no ZeroTier of its own, and needs none`
    : `${host} needs no ZeroTier of its own, and its zerotier-one does not answer`;
}

function placeHeadline(
  { name, works, within, about }: Record<'name' | 'works' | 'within' | 'about', string>,
  { standing, cause, pending }: Pick<Explanation, 'standing' | 'cause' | 'pending'>,
): string {
  if (standing === 'fine') return `${name} ${works}, in ${within}: all as wanted`;
  if (pending) return `${name} is on its way: its host has not reported the result yet`;
  const why = cause?.cause ?? 'its host has not reported it yet';
  if (standing === 'unknown') return `Orrery cannot tell how ${name} is: ${why}`;
  if (standing === 'trouble') return `${about} ${areSeveral(about) ? 'are' : 'is'} not as wanted: ${why}`;
  return `${name} ${works}, in ${within}, but ${about === name || areSeveral(about) || why.startsWith(`${name} `) ? '' : `${about.slice(name.length + 1)}, `}${why}`;
}

export function explainHost(evidence: Evidence, events: readonly Past[]): Explanation {
  const { host, nodes, memberships, containers, findings } = evidence;
  const causes = sortCauses(
    [
      ...causesOfPresence(host),
      ...nodes.flatMap((node) => causesOfNode(evidence, node)),
      ...memberships
        .filter(({ managed }) => managed)
        .flatMap((one) => causesOfMembership(evidence, one, keepingOf(evidence, one))),
      ...causesOfFindings(
        findings.filter(({ code, node }) => code !== 'item-stuck' && !(node && isGoing(evidence, node))),
      ),
    ],
    evidence.host.name,
  );
  const verdict = verdictOf(causes);
  const staying = containers.filter(({ intent }) => intent === 'present');
  const onTheirWay = {
    containers: staying.filter(({ outcome }) => outcome === null).length,
    memberships: memberships.filter((one) => isOnItsWay(one) && !isGoing(evidence, one.node)).length,
    going: containers.length - staying.length,
  };
  const isMoving = Object.values(onTheirWay).some((count) => count > 0);
  const pending = verdict.standing === 'fine' && isMoving;
  const counts = placesOf(containers.length, memberships.length);
  const place = { name: host.name, counts, isUsed: memberships.length > 0 };
  return {
    about: { kind: 'host', name: host.name, host: hostRef(evidence), node: null, network: null, command: null },
    ...verdict,
    ...(pending && { standing: 'unknown' }),
    pending,
    headline: pending ? arrivingHeadline(host.name, onTheirWay) : hostHeadline(place, verdict, causes),
    since: causes[0]?.standing === 'fine' ? null : (causes[0]?.since ?? null),
    asOf: asOf(evidence),
    views: null,
    story: named(evidence, tellStory(events, { of: host.name })),
  };
}

function arrivingHeadline(name: string, on: Record<'containers' | 'memberships' | 'going', number>): string {
  const coming = [
    on.containers > 0 && countText(on.containers, 'container', 'containers'),
    on.memberships > 0 && countText(on.memberships, 'membership', 'memberships'),
  ].filter(Boolean);
  const are = on.containers + on.memberships === 1 ? 'is on its way' : 'are on their way';
  const leave = `${countText(on.going, 'container is', 'containers are')} being removed`;
  const parts = [coming.length > 0 && `${coming.join(' and ')} ${are}`, on.going > 0 && leave].filter(Boolean);
  return `${name} is online; ${parts.join(', and ')}`;
}

/** `, with 1 container and 2 memberships`, or ` and in no network`. */
function placesOf(containers: number, memberships: number): string {
  const all = countText(containers, 'container', 'containers');
  if (memberships > 0) return `, with ${all} and ${countText(memberships, 'membership', 'memberships')}`;
  return containers > 0 ? `, with ${all} in no network` : ' and in no network';
}

function hostHeadline(
  { name, counts, isUsed }: { name: string; counts: string; isUsed: boolean },
  { standing, cause }: Pick<Explanation, 'standing' | 'cause'>,
  causes: readonly PossibleCause[],
): string {
  if (standing === 'fine' || cause === null) return `${name} is online${counts}${isUsed ? ': all as wanted' : ''}`;
  if (standing === 'unknown') return `Orrery cannot tell how ${name} is: ${cause.cause}`;
  const about = causes[0]?.about ?? name;
  const why = isOther(about, name) ? withPlace(about, cause.cause) : cause.cause;
  if (standing === 'warning') return `${name} is online${counts}, but ${why}`;
  const subject = isOther(about, name) && why !== cause.cause ? about : name;
  return `${subject} ${areSeveral(subject) ? 'are' : 'is'} not as wanted: ${cause.cause}`;
}
