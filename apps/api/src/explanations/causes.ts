import {
  explain,
  explainAgain,
  meaningOf,
  type Explained,
  type Explanation,
  type FurtherCause,
  type Membership,
  type Node,
  type ShownOutcome,
  type Standing,
} from '@orrery/shared/contracts';
import { silence } from '../paths/judge-path.js';
import { commandsFor } from '../remedies/remedies.js';
import { depthOf, isAboutEngine, isAboutWorkloads } from './depth.js';
import type { Absence, Evidence, Found, Keeping } from './evidence.js';

/** One cause among all that hold, before the one that counts is chosen. */
export interface PossibleCause extends FurtherCause {
  since: string | null;
}

type Told = Pick<PossibleCause, 'standing' | 'about' | 'since'>;

/** A cause with its texts from the catalogue, and the commands for it. */
export function candidate(
  { code, cause, fix, see }: Explained,
  told: Told,
  remedy: { about?: unknown; facts?: unknown; status?: unknown } = {},
): PossibleCause {
  const way = see ?? meaningOf(code)?.see;
  return {
    ...{ code, cause, fix, ...told, ...(way && { see: way }) },
    commands: commandsFor(code, remedy.about, remedy),
    docs: `/docs/errors#${code}`,
  };
}

const WEIGHT: Record<Standing, number> = { unknown: 0, trouble: 1, warning: 2, fine: 3 };

/**
 * The one that counts comes first: the worst, and among these the one nearest to the root. Each cause is there once, with
 * everything that it is about. `host`: its engine is one for everything on it.
 */
export function sortCauses(candidates: readonly PossibleCause[], host?: string): PossibleCause[] {
  const isOfHost = ({ code, about }: PossibleCause) => host !== undefined && isAboutEngine(code) && about === host;
  const sorted = [...candidates].sort(
    (a, b) =>
      WEIGHT[a.standing] - WEIGHT[b.standing] ||
      depthOf(a.code) - depthOf(b.code) ||
      Number(isOfHost(b)) - Number(isOfHost(a)),
  );
  const seen = new Map<string, PossibleCause>();
  for (const one of sorted) {
    const about = host !== undefined && isAboutEngine(one.code) ? host : one.about;
    const key = `${one.code} ${about}`;
    if (!seen.has(key)) seen.set(key, { ...one, about });
  }
  // A container that cannot be made is the reason why its memberships cannot: one cause.
  const roots = [...seen.values()].filter(({ code, about }) => {
    const [node = about, network] = about.split(' in ');
    return network === undefined || !seen.has(`${code} ${node}`);
  });
  return grouped(roots);
}

/** What has the same cause and the same fix is told once. */
function grouped(causes: readonly PossibleCause[]): PossibleCause[] {
  const groups = new Map<string, [PossibleCause, ...PossibleCause[]]>();
  for (const one of causes) {
    const key = JSON.stringify([one.code, one.cause, one.fix, one.commands]);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()].map((group) => ({ ...group[0], about: aboutAll(group.map(({ about }) => about)) }));
}

const MOST_NAMED = 3;

/** `web-1/a`, `web-1/a and web-1/b`, or `web-1/a, web-1/b and 4 more`. */
function aboutAll(abouts: readonly string[]): string {
  const shown = abouts.length > MOST_NAMED ? abouts.slice(0, MOST_NAMED - 1) : abouts;
  const last = abouts.length > MOST_NAMED ? `${abouts.length - shown.length} more` : shown.at(-1);
  const others = abouts.length > MOST_NAMED ? shown : shown.slice(0, -1);
  return others.length === 0 ? (last ?? '') : `${others.join(', ')} and ${last ?? ''}`;
}

/** Whether a cause is about several things. No name has a space in it. */
export const areSeveral = (about: string): boolean => about.includes(' and ');

/** A host that is not heard from: what its agent would say is not known. */
export function causesOfPresence({ name, presence, lastSeenAt, createdAt, paused }: Absence['host']): PossibleCause[] {
  const told = { standing: 'unknown', about: name, since: lastSeenAt ?? createdAt } as const;
  const about = { host: name };
  if (presence === 'unreachable')
    return [candidate(explain('host-away/unreachable', { host: name, since: told.since }), told, { about })];
  if (presence === 'joined') return [candidate(explain('host-away/never-heard', { host: name }), told, { about })];
  if (presence === 'unknown') return [candidate(explain('bus-unavailable/nats'), { ...told, since: null })];
  return paused
    ? [candidate(explain('paused/host'), { standing: 'warning', about: name, since: null }, { about })]
    : [];
}

const STANDINGS = { error: 'trouble', warning: 'warning', info: 'fine' } as const;

/** `among`: the findings that concern what is asked about. */
export const causesOfFindings = (findings: readonly Found[]): PossibleCause[] =>
  findings.map((found) =>
    candidate(
      explainAgain(found),
      {
        standing: STANDINGS[found.severity],
        about: found.node?.name ?? found.host?.name ?? 'orrery',
        since: found.since,
      },
      found,
    ),
  );

/** Findings about a node, or about its host as far as that concerns the node. `network`: only this one's. */
export function findingsOf(evidence: Evidence, node: Pick<Node, 'id' | 'kind'>, network?: string): Found[] {
  if (isGoing(evidence, node)) return [];
  return evidence.findings.filter(
    (found) =>
      (found.node === null || found.node.id === node.id) &&
      (found.network === null || network === undefined || found.network === network) &&
      !isAboutWorkloads(found.code) &&
      // An item that failed says the same with its own code.
      found.code !== 'item-stuck' &&
      !(node.kind === 'host' && isAboutEngine(found.code)),
  );
}

/** The daemon and the container of a node, without its networks. */
export function causesOfNode(evidence: Evidence, node: Node): PossibleCause[] {
  const container = evidence.containers.find((one) => one.node.id === node.id);
  const about = { host: evidence.host.name, kind: node.kind, container: container?.name ?? null };
  const told = { standing: 'trouble', about: node.name, since: node.updatedAt } as const;
  // Whatever stops while it is being removed follows from that.
  if (container?.intent === 'absent') return causesOfOutcome(container.outcome, told);
  const causes = container ? causesOfOutcome(container.outcome, told) : [];
  for (const { node: id, outcome, settledAt } of evidence.routers)
    if (id === node.id) causes.push(...causesOfOutcome(outcome, { ...told, since: settledAt }));
  if (node.state === 'down' && causes.length === 0 && isWanted(evidence, node.id))
    causes.push(
      candidate(explain('daemon-unreachable', { cause: node.cause ?? 'zerotier-one does not answer' }), told, {
        about,
      }),
    );
  return causes;
}

/** Somebody asked for its container to be removed. */
export const isGoing = ({ containers }: Evidence, node: Pick<Node, 'id'>): boolean =>
  containers.some((one) => one.node.id === node.id && one.intent === 'absent');

/** Nobody wants anything of the daemon of a host that no membership names: it need not even be installed. */
export const isWanted = ({ memberships, containers }: Evidence, node: string): boolean =>
  containers.some((one) => one.node.id === node) || memberships.some((one) => one.managed && one.node.id === node);

/** An outcome has its commands already. */
export function causesOfOutcome(outcome: ShownOutcome | null, told: Told): PossibleCause[] {
  if (outcome === null || outcome.kind === 'done') return [];
  const { kind: _kind, ...texts } = outcome;
  return [{ ...texts, ...told, docs: `/docs/errors#${outcome.code}` }];
}

/** A membership by its outcome, or if that is done or missing by its three views. */
export function causesOfMembership(
  evidence: Evidence,
  membership: Membership,
  keeping: Keeping | undefined,
): PossibleCause[] {
  if (isGoing(evidence, membership.node)) return [];
  const told: Told = {
    standing: 'trouble',
    about: `${membership.node.name} in ${nameOf(membership, keeping)}`,
    since: keeping?.settledAt ?? membership.updatedAt,
  };
  const remedy = { about: aboutOf(evidence, membership, keeping), status: membership.status };
  const isLeaving = membership.intent === 'absent';
  const { outcome } = membership;
  const causes: PossibleCause[] = [];
  if (outcome && outcome.kind !== 'done') {
    if (outcome.code === 'authorization') causes.push(authorization(membership, keeping, told, remedy));
    else causes.push(...causesOfOutcome(outcome, told));
  } else if (!isLeaving) {
    causes.push(...disagreements(membership, keeping, told, remedy));
    if (causes.length === 0) causes.push(...silences(evidence, membership, told));
  }
  return isLeaving ? causes : [...causes, ...causesOfController(keeping, causes.length > 0)];
}

/** The views of a membership that is said to be done, or that nobody here wants. */
function disagreements(
  membership: Membership,
  keeping: Keeping | undefined,
  told: Told,
  remedy: { about: unknown; status: unknown },
): PossibleCause[] {
  const { status, controller, device, addresses, assignedAddresses, interfaceUp, network } = membership;
  const tell = (explained: Explained) => [candidate(explained, told, remedy)];
  const keeper = network.id.slice(0, 10);
  if (status === null) return [];
  switch (status) {
    case 'ACCESS_DENIED':
      return [authorization(membership, keeping, told, remedy)];
    case 'AUTHENTICATION_REQUIRED':
      return tell(explain('authentication/elsewhere'));
    case 'NOT_FOUND':
      return tell(explain('network-not-found/network', { controller: keeper, network: network.id }));
    case 'REQUESTING_CONFIGURATION':
      return tell(explain('configuration/no-answer', { controller: keeper }));
    case 'PORT_ERROR':
      return tell(explain('port-error/interface'));
    case 'CLIENT_TOO_OLD':
      return tell(explain('client-too-old/network'));
    default:
  }
  if (controller?.authorized === false && keeping?.controller)
    return [authorization(membership, keeping, told, remedy)];
  if (interfaceUp !== true) return tell(explain('interface/device', { device: device ?? 'an interface' }));
  const missing = assignedAddresses.filter((address) => !addresses.includes(address));
  if (missing.length > 0)
    return tell(explain('address/device', { device: device ?? 'the interface', addresses: missing.join(', ') }));
  return assignedAddresses.length === 0 && addresses.length === 0
    ? tell(explain('address', { cause: `${nameOf(membership, keeping)} has assigned no address to it` }))
    : [];
}

/** It has its address, and yet some of its peers do not answer. */
function silences({ silent }: Evidence, { node, network }: Membership, { about }: Told): PossibleCause[] {
  const peers = silent.filter((one) => one.node === node.id && one.networks.includes(network.id));
  const [first] = peers;
  if (!first) return [];
  const told = silence(node.name, first.peer, first.endpoint);
  const more = peers.length === 1 ? '' : `; the same of ${countText(peers.length - 1, 'other peer', 'other peers')}`;
  return [candidate({ ...told, cause: `${told.cause}${more}` }, { standing: 'warning', about, since: first.since })];
}

/** Who did not let it in, as far as Orrery keeps the network; of any other network only its owner knows. */
function authorization(
  membership: Membership,
  keeping: Keeping | undefined,
  told: Told,
  remedy: { about: unknown; status: unknown },
): PossibleCause {
  const node = membership.node.name;
  const network = nameOf(membership, keeping);
  const address = keeping?.address ?? node;
  const id = membership.network.id;
  if (!keeping?.controller)
    return candidate(
      explain('authorization/elsewhere', { address, network: id, controller: id.slice(0, 10) }),
      told,
      remedy,
    );
  const { verdict, policy, sentAwayAt } = keeping;
  if (verdict?.verdict === 'deny') {
    const { by, at } = verdict;
    // Somebody meant it: no trouble.
    const decided = { ...told, standing: 'warning', since: at } as const;
    return candidate(explain('authorization/denied', { node, network, by, at: clock(at) }), decided, remedy);
  }
  if (membership.controller?.authorized) return candidate(explain('authorization/not-noticed', { address }), told);
  if (membership.status === 'OK' || sentAwayAt !== null)
    return candidate(
      explain('authorization/taken-back', { address, node, network }),
      { ...told, since: sentAwayAt ?? told.since },
      remedy,
    );
  return candidate(
    explain('authorization/undecided', { address, policy: policy ?? 'manual', node, network }),
    told,
    remedy,
  );
}

/** While the controller is away a membership that is OK stays OK; one that is not cannot become so. */
function causesOfController(keeping: Keeping | undefined, isInTrouble: boolean): PossibleCause[] {
  const controller = keeping?.controller;
  if (!controller || controller.state === 'up' || controller.state === 'unknown') return [];
  const { name, state, cause, about } = controller;
  return [
    candidate(
      explainController(name, state, cause),
      { standing: isInTrouble ? 'trouble' : 'warning', about: `controller ${name}`, since: controller.since },
      { about },
    ),
  ];
}

export function explainController(name: string, state: 'away' | 'absent' | 'moved', why: string | null): Explained {
  const cause = `the controller ${name} cannot be asked: ${why ?? 'it does not answer'}`;
  return state === 'away'
    ? explain('controller-away/named', { cause, name })
    : explain(`controller-${state}`, { cause });
}

/** What commands about a membership may name. */
const aboutOf = ({ host, containers }: Evidence, { node, network }: Membership, keeping: Keeping | undefined) => ({
  ...{ host: host.name, kind: node.kind, network: network.id, networkName: keeping?.givenName ?? null },
  container: containers.find((one) => one.node.id === node.id)?.name ?? null,
  isKept: Boolean(keeping?.controller),
});

/** A name that a person gave here, or the ID; the name that a network gives itself could be anything. */
export const nameOf = ({ network }: Pick<Membership, 'network'>, keeping: Keeping | undefined): string =>
  keeping?.givenName ?? network.id;

/** Whether a sentence about `name` has to say what its cause is about. A controller is named in its cause. */
export const isOther = (about: string, name: string): boolean => about !== name && !about.startsWith('controller ');

/** What a cause is about, unless it begins with that: `web-1/demo in shop` is about `web-1/demo`. */
export const withPlace = (about: string, cause: string): string =>
  cause.startsWith(`${about.split(' in ')[0] ?? about} `) ? cause : `${about}: ${cause}`;

export const countText = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** `14:02:11` of today or `2026-03-01 14:02:11`, in UTC. */
export const clock = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;

/** The verdict: the first cause, if it is one that counts. */
export function verdictOf(causes: readonly PossibleCause[]): Pick<Explanation, 'standing' | 'cause' | 'more'> {
  const [first, ...rest] = causes;
  if (!first || first.standing === 'fine') return { standing: 'fine', cause: null, more: causes.slice(0, MOST) };
  const { standing, about: _about, since: _since, ...cause } = first;
  return { standing, cause, more: rest.slice(0, MOST) };
}

const MOST = 20;
