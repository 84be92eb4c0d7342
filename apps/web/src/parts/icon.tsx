import type { ReactNode } from 'react';
import css from './mark.module.css';

const line = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.2 } as const;

const SHAPES = {
  search: (
    <>
      <circle cx="6" cy="6" r="4.3" {...line} strokeWidth="1.4" />
      <path d="M9.3 9.3L13 13" {...line} strokeWidth="1.4" />
    </>
  ),
  orb: (
    <>
      <circle cx="7" cy="7" r="1.9" fill="currentColor" />
      <circle cx="7" cy="7" r="5.6" {...line} strokeWidth="1.1" />
      <circle cx="11" cy="3.1" r="1.6" fill="currentColor" />
    </>
  ),
  host: (
    <>
      <rect x="1.5" y="2" width="11" height="4" rx="1" {...line} />
      <rect x="1.5" y="8" width="11" height="4" rx="1" {...line} />
    </>
  ),
  network: (
    <>
      <circle cx="7" cy="2.8" r="1.7" {...line} />
      <circle cx="2.8" cy="11" r="1.7" {...line} />
      <circle cx="11.2" cy="11" r="1.7" {...line} />
      <path d="M6.2 4.4L3.6 9.5M7.8 4.4l2.6 5.1M4.6 11h4.8" {...line} />
    </>
  ),
  membership: <path d="M1.5 12c0-3 2.4-4.4 5.5-4.4s5.5 1.4 5.5 4.4M7 6a2.4 2.4 0 100-4.8A2.4 2.4 0 007 6z" {...line} />,
  command: <path d="M2 3.5L5.5 7 2 10.5M7 10.8h5" {...line} strokeWidth="1.3" />,
  asked: <path d="M2 7h9.5M8 3.5L11.5 7 8 10.5" {...line} strokeWidth="1.4" />,
  person: <path d="M2 12.5c0-2.8 2.2-4.2 5-4.2s5 1.4 5 4.2M7 6.4a2.6 2.6 0 100-5.2 2.6 2.6 0 000 5.2z" {...line} />,
  more: (
    <>
      <circle cx="2.5" cy="7" r="1.3" fill="currentColor" />
      <circle cx="7" cy="7" r="1.3" fill="currentColor" />
      <circle cx="11.5" cy="7" r="1.3" fill="currentColor" />
    </>
  ),
  differs: <path d="M2 5h10M2 9h10M10 1.5L4 12.5" {...line} strokeWidth="1.6" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof SHAPES;

/** Beside a word, never instead of one. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className={css.icon} viewBox="0 0 14 14" aria-hidden="true">
      {SHAPES[name]}
    </svg>
  );
}
