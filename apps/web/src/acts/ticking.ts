import { useEffect, useState } from 'react';

const TICK_MS = 100;
const CALM_MS = 1000;

/** The time, ten times a second while something goes on; once a second for those who want less motion. */
export function useTicking(isOpen: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isOpen) return undefined;
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const timer = setInterval(() => setNow(Date.now()), isCalm ? CALM_MS : TICK_MS);
    return () => clearInterval(timer);
  }, [isOpen]);
  return now;
}
