import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Shape } from '../../api/client.js';
import { Button } from '../../parts/button.js';
import { CommandLine } from '../../parts/command-line.js';
import { Mark, type State } from '../../parts/mark.js';
import { withoutCode } from '../../parts/code-words.js';
import { aboutPlace } from '../../parts/places.js';
import { Prose, Sentence } from '../../parts/sentence.js';
import { OF_SEVERITY } from '../../parts/states.js';
import { unbroken } from '../../parts/unbroken.js';
import { ASKED, AuthorizeActs, useIsAsked } from '../things/authorize-acts.js';
import css from './overview.module.css';

type Attention = Shape<'Attention'>;

/** More would hide everything else, most of all on a phone. */
const AT_ONCE = 4;

/** Problems, the worst first, each with the command to run next. */
export function AttentionList({ attention, kept }: { attention: readonly Attention[]; kept: ReadonlySet<string> }) {
  const [areAllShown, setAllShown] = useState(false);
  // One more takes no more room than the button.
  const shown = areAllShown || attention.length <= AT_ONCE + 1 ? attention : attention.slice(0, AT_ONCE);
  const others = attention.length - shown.length;
  return (
    <>
      <ul>
        {shown.map((one) => (
          <One key={`${one.what} ${one.cause}`} one={one} kept={kept} />
        ))}
      </ul>
      {others > 0 && (
        <p className={css.others}>
          <Button onClick={() => setAllShown(true)}>Show {others.toLocaleString('en-US')} more</Button>
        </p>
      )}
    </>
  );
}

/** `kept`: IDs of the networks whose nodes Orrery can authorize. */
function One({ one, kept }: { one: Attention; kept: ReadonlySet<string> }) {
  const { what, cause, next, about, code } = one;
  const place = aboutPlace(about);
  const decided = code === 'authorization' ? decidable(one, kept) : undefined;
  const isAsked = useIsAsked(decided);
  const name = isAsked ? what.replace(/ waits .*$/, '') : withoutCode(what, code);
  return (
    <li className={css.ask}>
      <Mark is={isAsked ? 'working' : stateOf(one)} />
      <div>
        <strong>{place ? <Link to={place}>{unbroken(name)}</Link> : <Sentence text={name} links={[]} />}</strong>
        <p>{isAsked ? `${ASKED}.` : <Prose text={cause} />}</p>
        {decided && <AuthorizeActs {...decided} />}
        {!isAsked && <CommandLine run={next} />}
      </div>
    </li>
  );
}

/** One node in a network that Orrery keeps: a person can decide about it here. */
function decidable({ about, cause }: Attention, kept: ReadonlySet<string>) {
  const { kind, node, network } = about ?? {};
  return kind === 'membership' && node && network && kept.has(network.id)
    ? { node: node.name, network: network.id, cause }
    : undefined;
}

const stateOf = ({ severity, code }: Attention): State => (code === 'host-away' ? 'away' : OF_SEVERITY[severity]);
