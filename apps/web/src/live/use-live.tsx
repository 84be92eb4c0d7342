import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { Live, type LiveState } from './live.js';
import { isTouched, touchedBy } from './touched.js';

/** Many events at once become one look. */
const GATHER_MS = 150;
const BETWEEN_LOOKS_MS = 1000;

const Context = createContext<Live | undefined>(undefined);

/** Keeps what is shown up to date for as long as somebody is logged in. */
export function LiveFleet({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const live = useMemo(() => {
    const looks = new Looks(queries);
    return new Live(
      ({ type }) => looks.want(touchedBy(type)),
      () => void queries.invalidateQueries(),
    );
  }, [queries]);
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  return <Context value={live}>{children}</Context>;
}

const AWAKE: LiveState = { is: 'opening' };

export function useLiveState(): LiveState {
  const live = useContext(Context);
  return useSyncExternalStore(live?.subscribe ?? nothing, () => live?.state ?? AWAKE);
}

const nothing = () => () => undefined;

/** Asks again for what events touched: at most once a second, and never while the last answers are on their way. */
class Looks {
  readonly #wanted = new Set<string>();
  #isDue = false;

  constructor(private readonly queries: QueryClient) {}

  want(paths: readonly string[]): void {
    for (const path of paths) this.#wanted.add(path);
    if (this.#isDue) return;
    this.#isDue = true;
    setTimeout(() => void this.#look(), GATHER_MS);
  }

  async #look(): Promise<void> {
    const touched = new Set(this.#wanted);
    this.#wanted.clear();
    const least = new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS));
    await this.queries.invalidateQueries({ predicate: ({ queryKey }) => isTouched(String(queryKey[0]), touched) });
    await least;
    this.#isDue = false;
    if (this.#wanted.size > 0) this.want([]);
  }
}
