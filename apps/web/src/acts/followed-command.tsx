import { Link } from '@tanstack/react-router';
import type { Shape } from '../api/client.js';
import { useList, useRead } from '../api/use-read.js';
import { useLiveState } from '../live/use-live.js';
import { StateWord } from '../parts/mark.js';
import { commandPlace } from '../parts/places.js';
import { commandStanding } from '../parts/states.js';
import { unbroken } from '../parts/unbroken.js';
import { useNetworkNames } from '../pages/events/use-network-names.js';
import { AuthorizeFix, useIsAsked, waitingOf } from '../pages/things/authorize-acts.js';
import { actNoun, commandSentence, type Told } from './command-sentence.js';
import { hasEnded, isJustAuthorized, timeWord, waitsFor } from './stage-rows.js';
import { Stages, useElapsed } from './stages.js';
import css from './acts.module.css';

type Command = Shape<'Command'>;

/** A command as it goes on: a sentence, its stages, and how it ends: done, or with cause and fix. */
export function FollowedCommand({ first, as = first.action }: { first: Command; as?: Told }) {
  const command = useCommand(first);
  const names = useNetworkNames();
  const isLost = useLiveState().is === 'lost';
  const waiting = useWaiting(command);
  const [one] = waiting;
  const cause = waitsFor(command)?.cause ?? '';
  const isAsked = useIsAsked(one && { node: one.node.name, network: one.network.id, cause });
  const isDecided = isAsked || isJustAuthorized(command);
  const { is, word } = isDecided ? { is: 'working' as const, word: undefined } : commandStanding(command);
  return (
    <div className={css.followed}>
      <Clock command={command} />
      <p className={css.sentence} role="status">
        {unbroken(commandSentence(command, names, { as, isAsked }))}
      </p>
      <p className={css.sub}>
        <StateWord is={is}>{word}</StateWord>
        <span>asked for by {command.by}</span>
        <Link to={commandPlace(command.id)}>Open the command</Link>
      </p>
      <Trouble command={command} waiting={waiting} />
      <Stages command={command} />
      <p className={css.hint}>{isLost && !hasEnded(command) ? LOST : hintOf(command, as)}</p>
    </div>
  );
}

/** Kept up to date by events (live/touched.ts). */
export function useCommand(first: Command): Command {
  const { data = first } = useRead('/v1/commands/{command}', { path: { command: first.id } });
  return data;
}

function Clock({ command }: { command: Command }) {
  const elapsed = useElapsed(command);
  const [value = '', ...unit] = timeWord(elapsed, hasEnded(command) ? 2 : 1).split(' ');
  return (
    <div className={css.clock} aria-hidden="true">
      {value}
      <small>{unit.join(' ')}</small>
    </div>
  );
}

const LOST = 'Orrery cannot be reached. This is how it stood then; it may have gone on.';

function hintOf({ state, action }: Command, as: Told): string {
  if (state === 'done')
    return ['launch', 'join'].includes(action)
      ? 'Its host shows the address on its interface.'
      : 'Its host shows it so.';
  if (state === 'failed') return 'It stays desired, and continues by itself once the cause is gone.';
  if (state === 'cancelled' || state === 'superseded') return '';
  return `You can leave this page; the ${actNoun(as)} continues.`;
}

interface TroubleProps {
  command: Command;
  /** Its memberships that a person can authorize here. */
  waiting?: readonly Shape<'Membership'>[];
}

/** What it waits for, or why it failed, with what to do about it. */
export function Trouble({ command, waiting = [] }: TroubleProps) {
  const outcome = command.outcome?.kind === 'failed' ? command.outcome : waitsFor(command);
  if (outcome === null || command.state === 'done') return null;
  const state = outcome.kind === 'failed' ? 'failed' : isJustAuthorized(command) ? 'working' : 'waiting';
  return <AuthorizeFix cause={outcome} state={state} waiting={waiting} />;
}

/** Its memberships that wait for a person, if Orrery keeps their networks. */
function useWaiting(command: Command): readonly Shape<'Membership'>[] {
  const { node, networks, state } = command;
  const waits = state === 'waiting' && waitsFor(command)?.code === 'authorization';
  const { items } = useList('/v1/memberships', { node: node ?? '' }, { enabled: waits && node !== null });
  return waits ? waitingOf(items).filter(({ network }) => networks.includes(network.id)) : [];
}
