import { Link } from '@tanstack/react-router';
import type { Shape } from '../../api/client.js';
import { Mark, type State } from '../../parts/mark.js';
import { lastKnownIn, type LastKnown } from './last-known.js';
import { shareOf, type Share } from './path-share.js';
import css from './overview.module.css';

interface Part {
  state: State;
  count: number;
  word: string;
}
interface Counted {
  to: string;
  noun: string;
  all: number;
  /** Said instead of how many there are. */
  figure?: string;
  /** What is not fine of them. */
  parts: readonly Part[];
  /** Said when nothing is. */
  calm: string;
}

interface CountsProps {
  status: Shape<'Status'>;
  topology: Shape<'Topology'> | undefined;
}

/** Four figures, each with how much of it is not as wanted. */
export function Counts({ status, topology }: CountsProps) {
  const share = topology && shareOf(topology);
  const controllers = topology ? controllersIn(topology) : 0;
  return (
    <div className={css.counts}>
      {[
        ...countsOf(status, controllers, topology && lastKnownIn(topology)),
        share ? pathsOf(share) : commandsOf(status),
      ].map((counted) => (
        <Link key={counted.to} to={counted.to}>
          <b>{counted.figure ?? counted.all.toLocaleString('en-US')}</b> <span>{counted.noun}</span>
          <Bar {...counted} />
          <Parts {...counted} />
        </Link>
      ))}
    </div>
  );
}

/** Of a large fleet nobody knows it without counting: then commands are said instead. */
function pathsOf({ all, relayed, percent }: Share): Counted {
  const parts = [{ state: 'waiting' as const, count: relayed, word: 'relayed' }];
  const noun = all === 1 ? 'of the one path is direct' : `of ${all.toLocaleString('en-US')} paths are direct`;
  const calm = 'no path is relayed';
  if (all === 0) return { to: '/networks', noun: 'paths', all, parts, calm: 'nodes have not met yet' };
  return { to: '/networks', noun, figure: `${percent}%`, all, parts, calm };
}

/** Containers that run a controller of Orrery's are none that a person launched. */
function controllersIn({ controllers, nodes }: Shape<'Topology'>): number {
  const ids = new Set(controllers.map(({ node }) => node));
  return nodes.filter(({ id, kind }) => kind === 'container' && ids.has(id)).length;
}

function runningWord(others: number, controllers: number): string {
  const beside = controllers === 1 ? 'one controller' : `${controllers.toLocaleString('en-US')} controllers`;
  if (controllers === 0) return others === 0 ? 'none' : 'all running';
  return others === 0 ? `${beside} beside` : `all running, and ${beside}`;
}

function commandsOf({ commands: { unfinished }, attention }: Shape<'Status'>): Counted {
  const waits = attention.some(({ code }) => code === 'authorization');
  return {
    to: '/commands',
    noun: unfinished === 1 ? 'unfinished command' : 'unfinished commands',
    all: unfinished,
    parts: [],
    calm: commandsWord(unfinished, waits),
  };
}

function countsOf(
  { hosts, containers, memberships }: Shape<'Status'>,
  controllers: number,
  lastKnown?: LastKnown,
): Counted[] {
  const others = Math.max(0, containers.total - controllers);
  const isBad = memberships.waiting + memberships.failed;
  const allHosts = hosts.online + hosts.unreachable + hosts.joined + hosts.unknown;
  return [
    {
      to: '/hosts',
      noun: allHosts === 1 ? 'host' : 'hosts',
      all: allHosts,
      parts: [
        { state: 'away', count: hosts.unreachable, word: 'unreachable' },
        { state: 'waiting', count: hosts.joined, word: 'never connected' },
        { state: 'unknown', count: hosts.unknown, word: 'unknown' },
      ],
      calm: allHosts === 0 ? 'none' : 'all online',
    },
    {
      to: '/containers',
      noun: others === 1 ? 'container' : 'containers',
      all: others,
      // Which of them runs a controller is known, but not whether that one runs: a controller that is away is said elsewhere.
      parts: [
        { state: 'waiting', count: Math.min(others, containers.total - containers.running), word: 'not running' },
        awayPart(lastKnown?.containers, Math.min(others, containers.running)),
      ],
      calm: runningWord(others, controllers),
    },
    {
      to: '/memberships',
      noun: memberships.total === 1 ? 'membership' : 'memberships',
      all: memberships.total,
      parts: [
        { state: 'waiting', count: memberships.waiting, word: 'waiting' },
        { state: 'failed', count: memberships.failed, word: 'failed' },
        awayPart(lastKnown?.memberships, memberships.total - isBad),
      ],
      calm: membershipsWord(memberships),
    },
  ];
}

/** Somebody denied it on purpose: that is no trouble. */
function membershipsWord({ total, denied = 0 }: Shape<'Status'>['memberships']): string {
  if (denied > 0) return `${denied.toLocaleString('en-US')} denied`;
  return total === 0 ? 'none' : 'all as wanted';
}

/** What was reported as not fine before its host became unreachable is counted as that. */
const awayPart = (count = 0, most: number): Part => ({
  state: 'away',
  count: Math.min(count, most),
  word: 'unreachable',
});

/** What waits for a person goes on only when somebody decides. */
function commandsWord(unfinished: number, waits: boolean): string {
  if (unfinished === 0) return 'nothing is on its way';
  if (unfinished === 1) return waits ? 'waits for a person' : 'on its way';
  return waits ? 'some wait for a person' : 'on their way';
}

const TONE: Partial<Record<State, string | undefined>> = { waiting: css.w, failed: css.f, away: css.a, unknown: css.u };

function Bar({ all, parts }: Counted) {
  const bad = parts.filter(({ count }) => count > 0);
  const fine = all - bad.reduce((sum, { count }) => sum + count, 0);
  return (
    <span className={css.bar} aria-hidden="true">
      {all === 0 && <i className={css.none} style={{ flexGrow: 1 }} />}
      {fine > 0 && <i style={{ flexGrow: fine }} />}
      {bad.map(({ state, count }) => (
        <i key={state} className={TONE[state]} style={{ flexGrow: count }} />
      ))}
    </span>
  );
}

function Parts({ parts, calm }: Counted) {
  const bad = parts.filter(({ count }) => count > 0);
  if (bad.length === 0) return <small>{calm}</small>;
  return (
    <small>
      {bad.map(({ state, count, word }) => (
        <span key={state} className={`${css.part} ${css[state]}`}>
          <Mark is={state} />
          {count.toLocaleString('en-US')} {bad.length === 1 ? word : <span className={css.hidden}>{word}</span>}
        </span>
      ))}
    </small>
  );
}
