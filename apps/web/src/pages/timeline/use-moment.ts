import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

/** While somebody drags, the address waits: a browser takes only so many changes of it. */
const SETTLED_MS = 250;

/** The moment that is looked at, in milliseconds; undefined: the present. It stands in the address, so that a link to it can be sent. */
export function useMoment(): [at: number | undefined, goTo: (at: number | undefined) => void] {
  const { at: inAddress }: { at?: string } = useSearch({ strict: false });
  const [at, goTo] = useState(() => momentIn(inAddress));
  const navigate = useNavigate();
  const said = at === undefined ? undefined : new Date(at).toISOString();
  useEffect(() => {
    if (said === inAddress) return undefined;
    const timer = setTimeout(() => {
      const search = (before: Record<string, unknown>) => ({ ...before, at: said });
      void navigate({ to: '.', search, replace: true, resetScroll: false });
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [said, inAddress, navigate]);
  return [at, goTo];
}

/** What is no time, or has not come yet, is the present. */
function momentIn(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return time < Date.now() ? time : undefined;
}
