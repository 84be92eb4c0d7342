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
  return (
    <div className={css.counts}>
      {[...countsOf(status, topology && lastKnownIn(topology)), share ? pathsOf(share) : commandsOf(status)].map(
        (counted) => (
          <Link key={counted.to} to={counted.to}>
            <b>{counted.figure ?? counted.all.toLocaleString('en-US')}</b> <span>{counted.noun}</span>
            <Bar {...counted} />
            <Parts {...counted} />
          </Link>
        ),
      )}
    </div>
  );
}

/** Of a large fleet nobody knows it without counting: then commands are said instead. */
function pathsOf({ all, relayed, percent }: Share): Counted {
  const parts = [{ state: 'waiting' as const, count: relayed, word: 'relayed' }];
  return { to: '/networks', noun: 'direct', figure: `${percent}%`, all, parts, calm: 'no path is relayed' };
}

function commandsOf({ commands: { unfinished }, attention }: Shape<'Status'>): Counted {
  const waits = attention.some(({ code }) => code === 'authorization');
  return { to: '/commands', noun: 'unfinished', all: unfinished, parts: [], calm: commandsWord(unfinished, waits) };
}

function countsOf({ hosts, containers, memberships }: Shape<'Status'>, lastKnown?: LastKnown): Counted[] {
  const notRunning = containers.total - containers.running;
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
      calm: 'all online',
    },
    {
      to: '/containers',
      noun: containers.total === 1 ? 'container' : 'containers',
      all: containers.total,
      parts: [
        { state: 'waiting', count: notRunning, word: 'not running' },
        awayPart(lastKnown?.containers, containers.running),
      ],
      calm: 'all running',
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
      calm: 'all as wanted',
    },
  ];
}

/** What was reported as not fine before its host became unreachable is counted as that. */
const awayPart = (count = 0, most: number): Part => ({
  state: 'away',
  count: Math.min(count, most),
  word: 'unreachable',
});

/** What waits for a person goes on only when somebody decides. */
function commandsWord(unfinished: number, waits: boolean): string {
  if (unfinished === 1) return waits ? 'waits for a person' : 'command on its way';
  return waits ? 'commands, some wait for a person' : 'commands on their way';
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

function Parts({ all, parts, calm }: Counted) {
  const bad = parts.filter(({ count }) => count > 0);
  if (bad.length === 0) return <small>{all === 0 ? 'none' : calm}</small>;
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
