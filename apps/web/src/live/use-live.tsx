import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useRef, useSyncExternalStore, type ReactNode } from 'react';
import type { Shape } from '../api/client.js';
import { KeptAnswers } from './kept-answers.js';
import { Live, type LiveState } from './live.js';
import { answersOf, Looks } from './looks.js';
import { touchedBy } from './touched.js';

type Hearer = (event: Shape<'CloudEvent'>) => void;

const Context = createContext<ReturnType<typeof liveFleet> | undefined>(undefined);

/** Keeps what is shown up to date for as long as somebody is logged in. `login`: its ID; tabs of the same login share one stream. */
export function LiveFleet({ login, children }: { login: string; children: ReactNode }) {
  const queries = useQueryClient();
  const fleet = useMemo(() => liveFleet(queries, login), [queries, login]);
  useEffect(() => {
    fleet.start();
    return () => fleet.stop();
  }, [fleet]);
  return <Context value={fleet}>{children}</Context>;
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

function liveFleet(queries: QueryClient, login: string) {
  const isHidden = () => document.hidden;
  const hearers = new Set<Hearer>();
  const looks = new Looks(answersOf(queries), isHidden);
  const kept = new KeptAnswers(queries, { isHidden, onDoubt: (...names) => looks.want(names) });
  const live = new Live(`orrery-live ${login}`, {
    onEvents: (events) => {
      kept.take(events);
      looks.want([...new Set(events.map(({ type }) => type))].flatMap(touchedBy));
      for (const hear of hearers) for (const event of events) hear(event);
    },
    onOpen: () => kept.doubt(),
    onGap: () => {
      kept.forget();
      void queries.invalidateQueries();
    },
  });
  const seen = () => {
    if (!isHidden()) looks.resume();
  };
  return {
    live,
    hearers,
    start: () => {
      kept.start();
      live.start();
      document.addEventListener('visibilitychange', seen);
    },
    stop: () => {
      document.removeEventListener('visibilitychange', seen);
      live.stop();
      kept.stop();
    },
  };
}
