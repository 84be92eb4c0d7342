import type { ReactNode } from 'react';
import { apart } from './names-apart.js';
import css from './unbroken.module.css';

/** Text in which names and flags such as `web-1/demo` and `--wait` stay on one line: browsers break them after a hyphen. */
export function unbroken(text: string): ReactNode {
  const parts = apart(text);
  if (parts.length === 1) return text;
  return parts.map((part, at) =>
    at % 2 === 0 ? (
      part
    ) : (
      <span key={at} className={css.name}>
        {part}
      </span>
    ),
  );
}
