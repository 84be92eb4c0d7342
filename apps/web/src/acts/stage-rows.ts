import type { Shape } from '../api/client.js';
import { codeWord } from '../parts/code-words.js';

type Command = Shape<'Command'>;
type Stage = Shape<'Stage'>;
type Waiting = Extract<Command['outcome'], { kind: 'waiting' }>;

/** A line of a command: a stage that was observed, the one that is awaited, or one that is still to come. */
export interface StageRow {
  stage: Stage;
  is: 'fine' | 'working' | 'waiting' | 'failed' | 'todo';
  detail: string;
  /** Milliseconds since the command was accepted; `to` undefined: not over yet. */
  from: number;
  to: number | undefined;
  /** It begins where it asked, whatever else was seen meanwhile: so long it waited for somebody. */
  hasWaited?: true;
}

const INTO_NETWORK: readonly Stage[] = ['joined', 'authorized', 'interface', 'address'];
const CONTAINER: readonly Stage[] = ['accepted', 'delivered', 'created', 'started', 'daemon', ...INTO_NETWORK];
/** What is awaited of each, in order. Other stages, such as `pull`, are shown when they are observed. */
const AWAITED: Record<Shape<'CommandAction'>, readonly Stage[]> = {
  launch: CONTAINER,
  replace: CONTAINER,
  restart: ['accepted', 'delivered', 'started', 'daemon', ...INTO_NETWORK],
  remove: ['accepted', 'delivered', 'removed'],
  join: ['accepted', 'delivered', ...INTO_NETWORK],
  leave: ['accepted', 'delivered', 'left'],
  adopt: ['accepted', 'delivered'],
  release: ['accepted', 'delivered'],
  route: ['accepted', 'delivered'],
  unroute: ['accepted', 'delivered'],
};
/** The stages in words, both while they are awaited and afterwards. */
const STAGE_WORDS: Readonly<Record<string, string>> = {
  accepted: 'asked for',
  delivered: 'reached its host',
  pull: 'image fetched',
  identity: 'has an identity',
  queued: 'in a queue',
  daemon: 'zerotier-one runs',
  joined: 'asks to join',
  authorization: 'asks for approval',
  authorized: 'authorized',
  interface: 'interface is up',
  address: 'has its address',
  heard: 'hears other nodes',
  forwarding: 'forwards',
};

export const stageWord = (stage: string): string => STAGE_WORDS[stage] ?? stage;

/** The last line says these. */
const ENDS: readonly Stage[] = ['done', 'failed'];

export const hasEnded = ({ state }: Command): boolean => ['done', 'failed', 'cancelled', 'superseded'].includes(state);

/** What a command waits for. */
export const waitsFor = ({ outcome, stages }: Command): Waiting | null =>
  outcome?.kind !== 'waiting' || isLetIn(outcome, stages) ? null : outcome;

/** Its host says for a second or two that it waits for a person when the controller has already let it in. */
const isLetIn = ({ code }: Waiting, stages: Command['stages']): boolean =>
  code === 'authorization' &&
  stages.findLastIndex(({ stage }) => stage === 'authorized') >
    stages.findLastIndex(({ stage }) => stage === 'authorization');

/** The lines of a command, as they were observed. Pure. */
export function stageRows(command: Command): StageRow[] {
  const { stages, action } = command;
  const outcome = waitsFor(command);
  const seen = stages.filter(({ stage }) => !ENDS.includes(stage));
  const rows = seen.map(({ stage, detail, ms }, at): StageRow => {
    const from = seen[at - 1]?.ms ?? 0;
    const asked = stage === 'authorized' ? askedAt(seen.slice(0, at)) : undefined;
    const said = stage === 'authorized' ? deciderIn(detail) : detail;
    return {
      stage,
      is: 'fine',
      detail: said,
      from: asked ?? from,
      to: ms,
      ...(asked !== undefined && { hasWaited: true }),
    };
  });
  if (hasEnded(command) && command.state !== 'failed') return rows;
  const coming = comingOf(AWAITED[action], new Set(seen.map(({ stage }) => stage)));
  const from = seen.at(-1)?.ms ?? 0;
  const todo = (stage: Stage): StageRow => ({ stage, is: 'todo', detail: '', from: 0, to: undefined });
  if (command.state === 'failed') return [...rows, failedRow(command, coming[0] ?? 'failed', from)];
  const [next, ...rest] = coming;
  if (next === undefined) return rows;
  const asked = next === 'authorized' ? askedAt(seen) : undefined;
  const isWaiting = outcome?.kind === 'waiting' || (asked !== undefined && outcome === null);
  const is = isWaiting && !isJustAuthorized(command) ? 'waiting' : 'working';
  const open: StageRow = { stage: next, is, detail: openDetail(command, asked), from: asked ?? from, to: undefined };
  return [...rows, open, ...rest.map(todo)];
}

/** `89e92ceee2 (anna)`: it was authorized as this, by whom. Other details are as an agent says them. */
function deciderIn(detail: string): string {
  const [, by] = /^[0-9a-f]{10} \((.+)\)$/.exec(detail) ?? [];
  if (by === undefined) return detail;
  return by.startsWith('admission: ') ? 'by its policy' : `by ${by}`;
}

/** Somebody has authorized it, and its node has not noticed yet. */
export function isJustAuthorized({ outcome, stages }: Command): boolean {
  if (outcome?.kind !== 'waiting') return false;
  return isLetIn(outcome, stages) || (outcome.code === 'configuration' && askedAt(stages) !== undefined);
}

/** Since when it asks to be authorized. */
const askedAt = (seen: readonly { stage: Stage; ms: number }[]): number | undefined =>
  seen.findLast(({ stage }) => stage === 'authorization')?.ms;

function openDetail(command: Command, asked: number | undefined): string {
  const { state, host, outcome } = command;
  if (isJustAuthorized(command)) return 'zerotier-one asks its controller again';
  if (outcome?.kind === 'waiting') return codeWord(outcome.code);
  if (state === 'queued') return `${host.name} has not received it yet`;
  return asked === undefined ? 'waiting to see it' : 'waits to be authorized';
}

function failedRow({ outcome, createdAt, endedAt }: Command, stage: Stage, from: number): StageRow {
  const detail = outcome?.kind === 'failed' ? codeWord(outcome.code) : '';
  const to = endedAt === null ? from : Math.max(from, Date.parse(endedAt) - Date.parse(createdAt));
  return { stage, is: 'failed', detail, from, to };
}

/**
 * What comes after the furthest that was reached: an agent can skip what was so already. The authorization says nothing
 * about how far its host is: a node whose identity was made ahead is authorized before its host hears of it.
 */
function comingOf(awaited: readonly Stage[], seen: ReadonlySet<Stage>): Stage[] {
  const furthest = awaited.findLastIndex((stage) => stage !== 'authorized' && seen.has(stage));
  return awaited.slice(furthest + 1).filter((stage) => !seen.has(stage));
}

const STEPS_S = [0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400];

/** Milliseconds of the whole lane: five steps of a round length. */
export function laneOf(ms: number): { ms: number; step: number } {
  const last = STEPS_S.at(-1) ?? 1;
  const step = STEPS_S.find((seconds) => seconds * 5000 >= ms * 1.04) ?? Math.ceil(ms / 5000 / last) * last;
  return { ms: step * 5000, step };
}

/** `0.48 s`, `9.2 s` while it grows, `3 min 05 s`, `4 h 10 min`. */
export function timeWord(ms: number, digits = 2): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(digits)} s`;
  const whole = Math.floor(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}
