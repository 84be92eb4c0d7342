import { CommandPage, KeptRoute, type Command, type CommandId, type RouteAdded } from '@orrery/shared/contracts';
import type { Answer } from '../api/api-client.js';
import { ExitCode } from '../errors/exit-code.js';
import { seconds } from '../output/age.js';
import type { Context } from '../program/context.js';
import { safeText } from '../terminal/safe-text.js';
import type { Terminal } from '../terminal/terminal.js';
import { newReason, verdictOf } from '../waiting/narrate.js';
import { poll } from '../waiting/poll.js';
import { routePath, standbysOf } from './route-view.js';

type Seen = Pick<Answer<KeptRoute>, 'value' | 'raw'>;

export interface Followed {
  route: Seen;
  exitCode: ExitCode;
}

interface Following {
  forMs: number;
  /** The commands of its routers; undefined: only its announcement is waited for. */
  group?: CommandId;
  takers?: Takers;
  /** Where lines go: scripts get only the result. */
  tell: (line: string) => void;
}

/** The stages of a route, in order: each is told once, when everything before it is there. */
const STAGES: { name: string; isReached: (route: KeptRoute) => boolean; text: (route: KeptRoute) => string }[] = [
  {
    name: 'routers',
    isReached: ({ via }) => via.every(({ address }) => address !== null),
    text: (route) => {
      const first = route.via.find(({ node }) => node.name === route.router);
      const standbys = standbysOf(route);
      const standby = standbys.length > 0 ? `, standby ${standbys.join(', ')}` : '';
      return `${first?.node.name ?? ''} ${first?.address ?? ''}${standby}`;
    },
  },
  {
    name: 'forwarding',
    isReached: ({ via }) => via.every(({ outcome }) => outcome?.kind === 'done'),
    text: ({ via }) => via.map(({ host }) => host).join(', '),
  },
  {
    name: 'announced',
    isReached: ({ state }) => state === 'announced',
    text: ({ network }) => `in ${network.name ?? network.id}`,
  },
];

/**
 * Follows a route until its routers are ready and it is announced, or one of them failed. Exit: announced 0, a router
 * failed 1, still waiting 3, Ctrl-C 130.
 */
export async function followRoute(context: Context, first: Seen, following: Following): Promise<Followed> {
  const { client, terminal } = context;
  const { forMs, group, tell } = following;
  const interrupt = terminal.catchInterrupt();
  const { signal } = interrupt;
  const path = routePath(first.value.network.id, first.value.id);
  const start = performance.now();
  let route = first;
  let commands: Command[] = [];
  let told = 0;
  const look = async () => {
    const before = commands;
    route = await client.get(path, KeptRoute, { signal });
    if (group) commands = (await client.get('/v1/commands', CommandPage, { query: { group }, signal })).value.items;
    told = tellStages(terminal, route.value, following, told);
    for (const command of commands)
      newReason(
        before.find(({ id }) => id === command.id),
        command,
        terminal.colors,
      ).forEach(tell);
    return isOver(route.value, commands, group !== undefined) || undefined;
  };
  try {
    await poll(look, { deadline: start + forMs, signal, onAway: () => undefined });
  } catch (error) {
    if (!signal.aborted) throw error;
    return { route, exitCode: ExitCode.interrupted };
  } finally {
    interrupt.release();
  }
  return { route, exitCode: tellEnd(terminal, route.value, commands, performance.now() - start, tell) };
}

const isReady = (route: KeptRoute, withRouters: boolean) =>
  (withRouters ? STAGES : STAGES.slice(-1)).every(({ isReached }) => isReached(route));

const hasFailed = ({ state }: Command) => ['failed', 'cancelled', 'superseded'].includes(state);

const isOver = (route: KeptRoute, commands: Command[], withRouters: boolean) =>
  isReady(route, withRouters) || commands.some(hasFailed);

/** Returns how many stages were told by now. */
function tellStages({ colors }: Terminal, route: KeptRoute, { group, takers, tell }: Following, told: number): number {
  const stages = group ? STAGES : STAGES.slice(-1);
  let reached = told;
  for (const { name, isReached, text } of stages.slice(told)) {
    if (!isReached(route)) break;
    const who = takers && name === 'announced' ? ['', ...takersTexts(takers)].join('; ') : '';
    tell(`${colors.green('✓')} ${name.padEnd(11)} ${safeText(text(route) + who)}`);
    reached += 1;
  }
  return reached;
}

/** Hosts that are named in one line. */
const NAMED = 5;

export type Takers = Pick<RouteAdded, 'notTaken' | 'joinedAgain'>;

/** What the own daemons of hosts do with a route, as far as it is out of the ordinary. */
export function takersTexts({ notTaken, joinedAgain = [] }: Takers): string[] {
  const not = notTaken.map(({ host, cause }) => `${host.name} (${cause})`);
  const again = joinedAgain.map(({ name }) => name);
  return [
    ...(not.length > 0 ? [`not taken by ${listed(not)}`] : []),
    ...(again.length > 0 ? [`${listed(again)} ${again.length > 1 ? 'join' : 'joins'} the network again for it`] : []),
  ];
}

function listed(names: readonly string[]): string {
  const others = names.length - NAMED;
  return names.slice(0, NAMED).join(', ') + (others > 0 ? ` and ${others} more` : '');
}

function tellEnd(
  { colors }: Terminal,
  route: KeptRoute,
  commands: Command[],
  waitedMs: number,
  tell: (line: string) => void,
): ExitCode {
  const failed = commands.filter(hasFailed);
  for (const command of failed) verdictOf(command, waitedMs, colors).lines.forEach(tell);
  if (failed.length > 0) return ExitCode.failed;
  if (isReady(route, commands.length > 0)) return ExitCode.done;
  const open = commands.filter(({ state }) => state !== 'done');
  for (const command of open) verdictOf(command, waitedMs, colors).lines.forEach(tell);
  const why = route.cause ?? 'its routers are not all ready';
  tell(`${colors.yellow('…')} ${safeText(`${route.target} is still waiting after ${seconds(waitedMs)}: ${why}`)}`);
  return ExitCode.waiting;
}
