import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useRef, useSyncExternalStore, type ReactNode } from 'react';
import { Live, type FleetEvent, type LiveState } from './live.js';
import { isTouched, touchedBy } from './touched.js';

/** Many events at once become one look. */
const GATHER_MS = 150;
const BETWEEN_LOOKS_MS = 1000;

type Hearer = (event: FleetEvent) => void;

const Context = createContext<{ live: Live; hearers: Set<Hearer> } | undefined>(undefined);

/** Keeps what is shown up to date for as long as somebody is logged in. */
export function LiveFleet({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const context = useMemo(() => {
    const looks = new Looks(queries);
    const hearers = new Set<Hearer>();
    const live = new Live(
      (event) => {
        looks.want(touchedBy(event.type));
        for (const hear of hearers) hear(event);
      },
      () => void queries.invalidateQueries(),
    );
    return { live, hearers };
  }, [queries]);
  const { live } = context;
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  return <Context value={context}>{children}</Context>;
}

const AWAKE: LiveState = { is: 'opening' };

export function useLiveState(): LiveState {
  const live = useContext(Context)?.live;
  return useSyncExternalStore(live?.subscribe ?? nothing, () => live?.state ?? AWAKE);
}

/** Each event as it arrives, for what moves; what is shown follows from looking again. */
export function useFleetEvents(hear: Hearer): void {
  const hearers = useContext(Context)?.hearers;
  const newest = useRef(hear);
  useEffect(() => void (newest.current = hear));
  useEffect(() => {
    const one: Hearer = (event) => newest.current(event);
    hearers?.add(one);
    return () => void hearers?.delete(one);
  }, [hearers]);
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
