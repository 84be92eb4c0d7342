import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
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

const PAUSE_MS = 250;

/** What was typed, once there is a pause: the API is not asked for each letter. */
export function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    if (text === paused) return;
    const timer = setTimeout(() => setPaused(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, paused]);
  return paused;
}

const withoutEmpty = (search: ListSearch): ListSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''));

export interface Choice {
  /** Its word in the address; undefined: everything. */
  value: string | undefined;
  name: string;
  /** Undefined: it is not known how many there are. */
  count?: number;
}

interface ToolsProps {
  /** Undefined: it cannot be searched. */
  placeholder?: string;
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
      {placeholder !== undefined && (
        <input
          type="search"
          placeholder={placeholder}
          aria-label={placeholder}
          value={q}
          onChange={({ target }) => set({ q: target.value })}
        />
      )}
      {choices.length > 0 && (
        <div className={css.choices} role="group" aria-label="State">
          {choices.map(({ value, name, count }) => (
            <button key={name} type="button" aria-pressed={state === value} onClick={() => set({ state: value })}>
              {name} {count?.toLocaleString('en-US')}
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
