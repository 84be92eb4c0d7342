import { Link } from '@tanstack/react-router';
import type { Shape } from '../api/client.js';
import { useList, useRead } from '../api/use-read.js';
import { useMay } from '../door/use-door.js';
import { useLiveState } from '../live/use-live.js';
import { StateWord } from '../parts/mark.js';
import { Fix } from '../parts/fix.js';
import { commandPlace } from '../parts/places.js';
import { commandStanding } from '../parts/states.js';
import { unbroken } from '../parts/unbroken.js';
import { useNetworkNames } from '../pages/events/use-network-names.js';
import { AuthorizeActs } from '../pages/things/authorize-acts.js';
import { actNoun, commandSentence, type Told } from './command-sentence.js';
import { hasEnded, timeWord, waitsFor } from './stage-rows.js';
import { Stages, useElapsed } from './stages.js';
import css from './acts.module.css';

type Command = Shape<'Command'>;

/** A command as it goes on: a sentence, its stages, and how it ends: done, or with cause and fix. */
export function FollowedCommand({ first, as = first.action }: { first: Command; as?: Told }) {
  const command = useCommand(first);
  const names = useNetworkNames();
  const isLost = useLiveState().is === 'lost';
  const { is, word } = commandStanding(
    waitsFor(command) || command.state !== 'waiting' ? command : { ...command, state: 'delivered' },
  );
  return (
    <div className={css.followed}>
      <Clock command={command} />
      <p className={css.sentence} role="status">
        {unbroken(commandSentence(command, names, as))}
      </p>
      <p className={css.sub}>
        <StateWord is={is}>{word}</StateWord>
        <span>asked for by {command.by}</span>
        <Link to={commandPlace(command.id)}>Open the command</Link>
      </p>
      <Trouble command={command} />
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
    return ['launch', 'join'].includes(action) ? 'What the kernel shows is what was asked for.' : 'It was observed.';
  if (state === 'failed') return 'It stays wanted, and goes on by itself once the cause is gone.';
  if (state === 'cancelled' || state === 'superseded') return '';
  return `You can leave this page; the ${actNoun(as)} continues.`;
}

/** What it waits for, or why it failed, with what to do about it. */
export function Trouble({ command }: { command: Command }) {
  const outcome = command.outcome?.kind === 'failed' ? command.outcome : waitsFor(command);
  if (outcome === null || command.state === 'done') return null;
  const state = outcome.kind === 'failed' ? 'failed' : 'waiting';
  const acts = outcome.code === 'authorization' ? <Decide command={command} cause={outcome.cause} /> : undefined;
  return <Fix cause={outcome} state={state} acts={acts} />;
}

/** Lets it in here, if its network is one that Orrery keeps. */
function Decide({ command: { node, networks }, cause }: { command: Command; cause: string }) {
  const isAllowed = useMay('PUT /v1/networks/{network}/admissions/{node}');
  const { items } = useList('/v1/memberships', { node: node ?? '' });
  const waiting = items.find(
    ({ controller, network }) => controller && !controller.authorized && networks.includes(network.id),
  );
  if (!isAllowed || !waiting) return null;
  return <AuthorizeActs node={waiting.node.name} network={waiting.network.id} cause={cause} />;
}
