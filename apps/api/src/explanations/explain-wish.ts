import {
  explainAgain,
  explain,
  fitText,
  type Code,
  type Command,
  type Explanation,
  type FixCommand,
  type KeptRoute,
  type Network,
  type Standing,
  type StoryLine,
} from '@orrery/shared/contracts';
import {
  areSeveral,
  candidate,
  causesOfOutcome,
  causesOfPresence,
  countText,
  explainController,
  sortCauses,
  verdictOf,
  isOther,
  withPlace,
  type PossibleCause,
} from './causes.js';
import { commandLine } from '../remedies/command-line.js';
import type { Absence, CommandEvidence, NetworkEvidence, Past, Tally } from './evidence.js';
import { tellStory } from './story.js';

const SEVERITIES = { error: 'trouble', warning: 'warning', info: 'fine' } as const satisfies Record<string, Standing>;

/** A network with its nodes, told by what holds them up: forty that wait for the same thing are one cause. */
export function explainNetwork(evidence: NetworkEvidence, events: readonly Past[]): Explanation {
  const { network, givenName, tallies, absence, routes } = evidence;
  const name = givenName ?? network.id;
  const all = tallies.reduce((sum, { count }) => sum + count, 0);
  const causes = sortCauses([
    ...controllerCauses(evidence, name),
    ...network.findings.map(({ severity, commands, ...found }): PossibleCause => ({
      ...candidate(explainAgain(found), { standing: SEVERITIES[severity], about: name, since: null }),
      commands,
    })),
    ...tallies.flatMap((tally) => tallyCauses(tally, all, network.managedBy === null ? undefined : name)),
    ...absenceCauses(absence),
    ...routes.flatMap(routeCauses),
  ]);
  const verdict = verdictOf(causes);
  const onTheirWay = tallies.reduce((sum, { kind, count }) => sum + (kind === null ? count : 0), 0);
  const pending = verdict.standing === 'fine' && onTheirWay > 0;
  return {
    about: {
      ...{ kind: 'network', name, host: null, node: null, command: null },
      network: { id: network.id, name: givenName },
    },
    ...verdict,
    ...(pending && { standing: 'unknown' }),
    pending,
    headline: networkHeadline(
      network,
      { name, onTheirWay, about: causes[0]?.about, absent: absence?.nodes ?? 0 },
      verdict,
    ),
    since: causes[0]?.standing === 'fine' ? null : (causes[0]?.since ?? null),
    asOf: null,
    views: null,
    story: tellStory(events, { of: network.id }),
  };
}

function controllerCauses({ network, controller }: NetworkEvidence, name: string): PossibleCause[] {
  if (!controller || !network.sync) return [];
  const { state, cause, about } = controller;
  if (state === 'away')
    return [
      candidate(
        explainController(controller.name, state, cause),
        { standing: 'trouble', about: `controller ${controller.name}`, since: null },
        { about },
      ),
    ];
  if (network.sync.state === 'applied' || network.sync.cause === null) return [];
  return [
    candidate(
      explain('settings-refused', { cause: `its controller does not have it as desired: ${network.sync.cause}` }),
      { standing: 'trouble', about: name, since: null },
    ),
  ];
}

/** `kept`: the name of the network, if Orrery keeps it. */
function tallyCauses(tally: Tally, all: number, kept: string | undefined): PossibleCause[] {
  const { kind, code, denied, count, node, cause, fix, since, about } = tally;
  if (kind === null || kind === 'done' || code === null) return [];
  const which = count === 1 ? node : `${count} of ${countText(all, 'node', 'nodes')}, ${node} among them`;
  const told = { standing: denied ? 'warning' : 'trouble', about: which, since } as const;
  if (denied && count > 1) return [candidate(explain('authorization/denied-several'), told)];
  if (count > 1 && code === 'authorization' && kept !== undefined)
    return [{ ...candidate(explain('authorization/several', { network: kept }), told), commands: authorizeAll(kept) }];
  return [
    candidate(explainAgain({ code: code as Code, cause: cause ?? code, fix: fix ?? undefined }), told, {
      // For more than one node no command says which.
      ...(count === 1 && { about }),
    }),
  ];
}

/** What is known of the nodes of a host that is away may still be so, and may not. */
function absenceCauses(absence: Absence | null): PossibleCause[] {
  if (!absence) return [];
  const { host, hosts } = absence;
  const more = hosts === 1 ? '' : `; the same of ${countText(hosts - 1, 'other host', 'other hosts')}`;
  return causesOfPresence(host).map((one) => ({ ...one, standing: 'warning', cause: `${one.cause}${more}` }));
}

function authorizeAll(network: string): FixCommand[] {
  try {
    const words = ['orrery', 'membership', 'authorize', '--pending', '--network', network];
    return [{ on: 'anywhere', host: null, run: commandLine(words) }];
  } catch {
    return []; // a name with control characters
  }
}

/** What is wrong with a route, and why it is not announced if one of its routers has failed or waits. */
function routeCauses({ target, state, router, since, via, findings }: KeptRoute): PossibleCause[] {
  const told = { about: `route ${target}`, since: since ?? null };
  const serving = state === 'pending' ? via.find(({ node }) => node.name === router) : undefined;
  return [
    ...causesOfOutcome(serving?.outcome ?? null, { ...told, standing: 'trouble' }),
    ...findings.map(({ severity, commands, ...found }) => ({
      ...candidate(explainAgain(found), { ...told, standing: SEVERITIES[severity] }),
      commands,
    })),
  ];
}

function networkHeadline(
  { memberships, managedBy }: Network,
  { name, onTheirWay, about, absent }: { name: string; onTheirWay: number; about: string | undefined; absent: number },
  { standing, cause }: Pick<Explanation, 'standing' | 'cause'>,
): string {
  const nodes = countText(memberships.total, 'node', 'nodes');
  const kept = managedBy ? `is on its controller ${managedBy.name}` : 'is known here, but Orrery does not manage it';
  if (standing === 'fine' || cause === null) {
    if (memberships.total === 0) return `${name} ${kept}, and no node is in it`;
    if (onTheirWay === 0) return `${name} ${kept}, with ${nodes}: all as wanted`;
    if (memberships.total === 1) return `${name} ${kept}, with 1 node, which is on its way`;
    return `${name} ${kept}, with ${nodes}; ${onTheirWay === 1 ? '1 is on its way' : `${onTheirWay} are on their way`}`;
  }
  const isInside = about !== undefined && isOther(about, name);
  const why = isInside ? withPlace(about, cause.cause) : cause.cause;
  if (standing === 'warning' && cause.code === 'host-away')
    return `${name} ${kept}, with ${nodes}, but ${absent === 1 ? '1 is' : `${absent} are`} only last known, because ${cause.cause}`;
  const [several] = /^\d+ of /.exec(about ?? '') ?? [];
  if (standing === 'warning' && several)
    return `${name} ${kept}, with ${nodes}, but ${several}them ${cause.cause.replace(/^they /, '')}`;
  if (standing === 'warning') return `${name} ${kept}, with ${nodes}, but ${why}`;
  if (!isInside || why === cause.cause || about.startsWith('route ')) return `${name} is not as wanted: ${why}`;
  return /^\d+ of /.test(about)
    ? `In ${name}, ${about}, are not as wanted: ${cause.cause}`
    : `${about} in ${name} ${areSeveral(about) ? 'are' : 'is'} not as wanted: ${cause.cause}`;
}

const NOUNS: Record<Command['action'], string> = {
  ...{ launch: 'launch', replace: 'change', restart: 'restart', remove: 'removal', join: 'join', leave: 'leave' },
  ...{ adopt: 'adoption', release: 'release' },
  ...{ route: 'set-up of the router', unroute: 'removal of the router' },
};

const ENDED: Partial<Record<Command['state'], string>> = {
  done: 'is done',
  cancelled: 'was cancelled',
  superseded: 'was superseded by a newer command',
};

export function explainCommand({ command, host, givenNames }: CommandEvidence, events: readonly Past[]): Explanation {
  const { action, state, by, outcome, endedAt, createdAt } = command;
  const target = command.target.replaceAll(/\b[0-9a-f]{16}\b/g, (id) => givenNames.get(id) ?? id);
  const of = NOUNS[action].endsWith('router') ? '' : 'of ';
  const what = `The ${NOUNS[action]} ${of}${target}, which ${by} asked for,`;
  const told = { standing: 'trouble', about: target, since: endedAt ?? command.deliveredAt ?? createdAt } as const;
  const isOpen = endedAt === null;
  const causes = sortCauses([
    ...(host && isOpen ? causesOfPresence(host) : []),
    ...(state === 'failed' || isOpen ? causesOfOutcome(outcome, told) : []),
  ]);
  const verdict = verdictOf(causes);
  const isPending = isOpen && verdict.standing === 'fine';
  const ended = ENDED[state];
  return {
    about: {
      ...{ kind: 'command', name: `${action} ${target}`, host: command.host, node: null, network: null },
      command: command.id,
    },
    ...verdict,
    standing: isPending ? 'unknown' : verdict.standing,
    pending: isPending,
    headline: ended
      ? `${what} ${ended}`
      : `${what} ${state === 'failed' ? 'failed' : 'is not done yet'}${verdict.cause ? `: ${verdict.cause.cause}` : isPending ? ': its host is at work on it' : ''}`,
    since: told.since,
    asOf: host === undefined || host.presence === 'online' ? null : host.lastSeenAt,
    views: null,
    story: commandStory(command, events),
  };
}

/** Who did what with the command, and the stages that it reached. */
function commandStory({ stages }: Command, events: readonly Past[]): StoryLine[] {
  const reached = stages
    .filter(({ stage }) => stage !== 'accepted')
    .map(({ at, stage, detail }) => ({ at, text: fitText(detail ? `${stage}: ${detail}` : stage, 240) }));
  return [...tellStory(events), ...reached].sort((a, b) => (a.at < b.at ? -1 : 1)).slice(-12);
}
