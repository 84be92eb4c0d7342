import type { ReactNode } from 'react';
import { STATE_WORDS, type State } from './states.js';
import css from './mark.module.css';

export type { State } from './states.js';

const SHAPES: Record<State, ReactNode> = {
  fine: (
    <>
      <circle cx="7" cy="7" r="6" fill="none" stroke="currentColor" strokeWidth="1.3" />
      <path d="M4.2 7.2l2 2 3.6-4.2" fill="none" stroke="currentColor" strokeWidth="1.5" />
    </>
  ),
  waiting: (
    <>
      <circle cx="7" cy="7" r="6" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path d="M7 1a6 6 0 010 12z" fill="currentColor" />
    </>
  ),
  failed: (
    <>
      <path d="M7 .3L13.7 7 7 13.7.3 7z" fill="currentColor" />
      <path d="M7 4v3.4M7 9.1v1.2" stroke="var(--surface)" strokeWidth="1.5" />
    </>
  ),
  away: (
    <>
      <circle cx="7" cy="7" r="5.8" fill="none" stroke="currentColor" strokeWidth="1.4" strokeDasharray="2.4 2.1" />
      <path d="M4.6 9.4l4.8-4.8" stroke="currentColor" strokeWidth="1.4" />
    </>
  ),
  working: (
    <path
      className={css.spin}
      d="M7 1.2A5.8 5.8 0 1012.8 7"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
    />
  ),
  unknown: <circle cx="7" cy="7" r="6" fill="none" stroke="currentColor" strokeDasharray="1 2" />,
  asked: <path d="M2 7h9.5M8 3.5L11.5 7 8 10.5" fill="none" stroke="currentColor" strokeWidth="1.4" />,
};

export function Mark({ is }: { is: State }) {
  return (
    <svg className={`${css.icon} ${css[is]}`} viewBox="0 0 14 14" aria-hidden="true">
      {SHAPES[is]}
    </svg>
  );
}

/** The mark with its word, or with a more exact one. */
export function StateWord({ is, children }: { is: State; children?: ReactNode }) {
  return (
    <span className={`${css.state} ${css[is]}`}>
      <Mark is={is} />
      {children ?? STATE_WORDS[is]}
    </span>
  );
}
