import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import css from './tools.module.css';

/** What a table shows, in the address: a page can be sent to somebody else, and the way back leads to it. */
export interface ListSearch {
  q?: string;
  sort?: string;
  state?: string;
  /** A time that was chosen: its start and its end. */
  from?: string;
  to?: string;
  /** The time that can be chosen from. */
  over?: string;
}

export function useListSearch(): [ListSearch, (change: ListSearch) => void] {
  const search: ListSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = (change: ListSearch) =>
    void navigate({
      to: '.',
      search: (before: ListSearch) => withoutEmpty({ ...before, ...change }),
      replace: true,
      resetScroll: false,
    });
  return [search, set];
}

const withoutEmpty = (search: ListSearch): ListSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''));

export interface Choice {
  /** Its word in the address; undefined: everything. */
  value: string | undefined;
  name: string;
  count: number;
}

interface ToolsProps {
  placeholder: string;
  choices?: readonly Choice[];
  /** Buttons that choose a time. */
  times?: ReactNode;
  /** Acts, at the end. */
  children?: ReactNode;
}

export function Tools({ placeholder, choices = [], times, children }: ToolsProps) {
  const [{ q = '', state }, set] = useListSearch();
  return (
    <div className={css.tools}>
      <input
        type="search"
        placeholder={placeholder}
        aria-label={placeholder}
        value={q}
        onChange={({ target }) => set({ q: target.value })}
      />
      {choices.length > 0 && (
        <div className={css.choices} role="group" aria-label="State">
          {choices.map(({ value, name, count }) => (
            <button key={name} type="button" aria-pressed={state === value} onClick={() => set({ state: value })}>
              {name} {count.toLocaleString('en-US')}
            </button>
          ))}
        </div>
      )}
      {times && (
        <div className={css.choices} role="group" aria-label="Time">
          {times}
        </div>
      )}
      {children && <div className={css.end}>{children}</div>}
    </div>
  );
}
