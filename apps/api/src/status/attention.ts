import {
  fitText,
  LEAST_GROUP,
  MAX_ATTENTION,
  MAX_ATTENTION_PER_HOST,
  type Attention,
  type AttentionAbout,
  type HostRef,
  type KeptRoute,
  type WaitingCode,
} from '@orrery/shared/contracts';
import type { AbsentHost, ControllerAway, FailingUpkeep, OpenFinding, Unsettled } from './status.repository.js';

/** `place`: among those of its host, from 1. */
export type Placed = Attention & { place: number };

const PRESENCE: Record<
  string,
  Pick<Attention, 'severity' | 'code'> & { what: (name: string) => string; cause: (since: string) => string }
> = {
  unreachable: {
    severity: 'error',
    code: 'host-away',
    what: (name) => `${name} is unreachable`,
    cause: (since) => `its agent was last heard from at ${since}`,
  },
  unknown: {
    severity: 'warning',
    what: (name) => `it is unknown whether ${name} is online`,
    cause: () => 'the connection of the API itself is impaired, so it cannot judge',
  },
  joined: {
    severity: 'warning',
    what: (name) => `${name} joined but was never heard from`,
    cause: (since) => `it joined at ${since}; its agent cannot reach NATS, or was stopped`,
  },
};

/** Each host alone, except that the API cannot judge several of them: that has one cause. */
export function absent(hosts: readonly AbsentHost[]): Placed[] {
  const first = hosts.find(({ presence }) => presence === 'unknown');
  const areOne = first !== undefined && first.count >= LEAST_GROUP;
  const group: Placed[] = areOne
    ? [
        {
          severity: 'warning',
          what: `it is unknown whether ${first.count} hosts are online`,
          cause: PRESENCE['unknown']?.cause(first.since) ?? '',
          next: 'orrery host ls',
          count: first.count,
          about: { kind: 'orrery' },
          place: 1,
        },
      ]
    : [];
  return [...group, ...hosts.filter(({ presence }) => !areOne || presence !== 'unknown').flatMap(absentHost)];
}

function absentHost({ host, presence, since }: AbsentHost): Placed[] {
  const known = PRESENCE[presence];
  if (!known) return [];
  const { severity, code, what, cause } = known;
  return [
    {
      severity,
      what: what(host.name),
      cause: cause(since),
      next: `orrery explain ${host.name}`,
      ...(code && { code }),
      about: { kind: 'host', host },
      place: 1,
    },
  ];
}

/** One item, or a group of them: the memberships of a network that wait for the same, or items with one cause. */
export function unsettled(one: Unsettled): Placed[] {
  const { kind, node, network, outcome, place, count } = one;
  if (outcome.kind === 'done') return [];
  const { code, cause } = outcome;
  const isGroup = count >= LEAST_GROUP;
  const inNetwork = network?.name ?? network?.id ?? '';
  const state =
    outcome.kind === 'failed' ? `${isGroup ? 'fail' : 'failed'}: ${code}` : waitsText(outcome.code, isGroup);
  const single = kind === 'membership' ? `${node.name} in ${inNetwork}` : `${kind} ${node.name}`;
  const several = kind === 'membership' ? `${count} memberships in ${inNetwork}` : `${count} ${kind}s`;
  return [
    {
      severity: outcome.kind === 'failed' ? 'error' : 'warning',
      what: `${isGroup ? several : single} ${state}`,
      cause: isGroup && kind === 'membership' ? `for example ${node.name}: ${cause}` : cause,
      next: isGroup
        ? nextForGroup(one, inNetwork)
        : `orrery explain ${node.name}${kind === 'membership' ? ` ${inNetwork}` : ''}`,
      code,
      ...(isGroup && { count }),
      about: isGroup ? aboutGroup(one) : aboutItem(one),
      place,
    },
  ];
}

const AWAITED: Record<WaitingCode, (its: 'its' | 'their') => string> = {
  authorization: () => 'for a person',
  authentication: () => 'for a person to sign in',
  'network-not-found': (its) => `until ${its} network is found`,
  configuration: (its) => `for ${its} configuration`,
  interface: (its) => `for ${its} interface`,
  address: (its) => `for ${its} address`,
  workload: (its) => `for ${its} workload`,
  paused: (its) => `until ${its} host is resumed`,
};

const waitsText = (code: WaitingCode, isGroup: boolean): string =>
  isGroup ? `wait ${AWAITED[code]('their')}` : `waits ${AWAITED[code]('its')}`;

function aboutItem({ kind, node, host, network }: Unsettled): AttentionAbout {
  return kind === 'membership' && network ? { kind: 'membership', host, node, network } : { kind: 'node', host, node };
}

function aboutGroup({ kind, host, network, oneHost }: Unsettled): AttentionAbout {
  if (kind === 'membership' && network) return { kind: 'network', network, ...(oneHost && { host }) };
  return oneHost ? { kind: 'host', host } : { kind: 'orrery' };
}

function nextForGroup({ kind, host, oneHost }: Unsettled, network: string): string {
  const list = `orrery ${kind === 'membership' ? 'membership' : 'container'} ls`;
  const ofNetwork = kind === 'membership' ? ` --network ${network}` : '';
  return `${list}${ofNetwork}${oneHost ? ` --host ${host.name}` : ''}`;
}

/** A controller that does not answer, with all memberships that wait for it. */
export function controllerAway({ controller, host, state, cause, waiting }: ControllerAway): Placed {
  const { name } = controller;
  const wait = waiting === 1 ? '1 membership waits' : `${waiting} memberships wait`;
  return {
    severity: 'error',
    what: `controller ${name} is ${state}${waiting > 0 ? `: ${wait} for it` : ''}`,
    cause: cause ?? 'it does not answer',
    next: `orrery controller get ${name}`,
    code: `controller-${state}`,
    ...(waiting > 0 && { count: waiting }),
    about: { kind: 'controller', controller, ...(host && { host }) },
    place: 1,
  };
}

/** A route that its controller does not announce by the router that is to carry it, unless that has a cause of its own. */
export function routePending({ state, cause, target, network, router, via, findings }: KeptRoute): Placed[] {
  if (state === 'announced' || findings.some(({ code }) => code === 'route-without-standby')) return [];
  const name = network.name ?? network.id;
  const hasFailed = router === null || via.some(({ outcome }) => outcome?.kind === 'failed');
  return [
    {
      severity: hasFailed ? 'error' : 'warning',
      what: `route ${target} into ${name} is not announced`,
      cause: cause ?? '',
      next: `orrery route get ${target} --network ${name}`,
      about: { kind: 'network', network },
      place: 1,
    },
  ];
}

/** A route whose router is down while nobody can take over. */
export function routeDown({ findings, target, network }: KeptRoute): Placed[] {
  const down = findings.find(({ code }) => code === 'route-without-standby');
  if (!down) return [];
  const name = network.name ?? network.id;
  return [
    {
      ...{ severity: down.severity, what: `route ${target} into ${name} has no router that works`, cause: down.cause },
      ...{ next: `orrery route get ${target} --network ${name}`, code: down.code },
      ...{ about: { kind: 'network', network }, place: 1 },
    },
  ];
}

export const paused = (host: HostRef): Placed => ({
  severity: 'info',
  what: `${host.name} is paused`,
  cause: 'somebody paused it: its agent observes and reports, but changes nothing',
  next: `orrery host resume ${host.name}`,
  code: 'paused',
  about: { kind: 'host', host },
  place: 1,
});

export function found({ host, node, network, severity, code, cause, place, hosts, count }: OpenFinding): Placed {
  if (hosts >= LEAST_GROUP)
    return {
      ...{ severity, what: `${hosts} hosts: ${code}`, cause, next: 'orrery finding ls', code },
      ...{ count, about: { kind: 'orrery' }, place },
    };
  const kind = node && network ? 'membership' : node ? 'node' : network ? 'network' : 'host';
  const where = node?.name ?? host.name;
  const inNetwork = node && network ? ` ${network.name ?? network.id}` : '';
  return {
    ...{ severity, what: `${where}: ${code}`, cause, next: `orrery explain ${where}${inNetwork}`, code },
    ...{ about: { kind, host, ...(node && { node }), ...(network && { network }) }, place },
  };
}

/** Without a host: it concerns the operator of the API. */
export const upkeepFailing = ({ severity, code, cause }: FailingUpkeep): Placed => ({
  severity,
  what: `Orrery: ${code}`,
  cause,
  next: 'orrery finding ls',
  code,
  about: { kind: 'orrery' },
  place: 1,
});

const ORDER: Attention['severity'][] = ['error', 'warning', 'info'];
/** In characters. The full list is in `orrery finding ls`, and where `next` leads. */
const MOST_WHAT = 160;
const MOST_CAUSE = 240;

/** The worst first; within a severity the first of each host, then the second of each. Long lists and texts are cut. */
export function firstOf(list: readonly Placed[]): Attention[] {
  const rank = ({ severity, place }: Placed) => ORDER.indexOf(severity) * (MAX_ATTENTION_PER_HOST + 1) + place;
  return [...list]
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MAX_ATTENTION)
    .map(({ place: _place, ...one }) => ({
      ...one,
      what: fitText(one.what, MOST_WHAT),
      cause: fitText(one.cause, MOST_CAUSE),
    }));
}
