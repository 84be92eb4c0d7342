import type { ReactNode } from 'react';
import { Clocked } from './age.js';
import { Mark, type State } from './mark.js';
import { Prose } from './sentence.js';
import css from './story.module.css';

export interface Line {
  key: string;
  at: string;
  state: State;
  text: ReactNode;
  by?: string;
}

/** What happened, one line each, with the time. */
export function Story({ lines }: { lines: readonly Line[] }) {
  return (
    <ol className={css.story}>
      {lines.map(({ key, at, state, text, by }) => (
        <li key={key}>
          <Clocked at={at} />
          <Mark is={state} />
          <span>
            {typeof text === 'string' ? <Prose text={text} /> : text}
            {by && <small> by {by}</small>}
          </span>
        </li>
      ))}
    </ol>
  );
}
