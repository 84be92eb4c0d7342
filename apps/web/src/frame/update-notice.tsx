import { useEffect, useRef, useState } from 'react';
import { useLiveState } from '../live/use-live.js';
import { Button } from '../parts/button.js';
import css from './frame.module.css';

/** The name of the first script contains a hash of what is in it. */
const SCRIPT = /\/assets\/main-\w+\.js/;

/** After Orrery was away, it may have come back as another version, whose pages are others. Nothing reloads by itself: somebody may be typing. */
export function UpdateNotice() {
  const state = useLiveState();
  const wasLost = useRef(false);
  const [isUpdated, setUpdated] = useState(false);
  useEffect(() => {
    if (state.is === 'lost') wasLost.current = true;
    if (state.is !== 'live' || !wasLost.current) return;
    wasLost.current = false;
    const stop = new AbortController();
    void otherPages(stop.signal).then((others) => {
      if (others && !stop.signal.aborted) setUpdated(true);
    });
    return () => stop.abort();
  }, [state.is]);
  return (
    <div role="status" className={isUpdated ? css.updated : undefined}>
      {isUpdated && (
        <>
          <span>
            <strong>Orrery was updated.</strong> This page is of the version before.
          </span>
          <Button small onClick={() => location.reload()}>
            Reload the page
          </Button>
        </>
      )}
    </div>
  );
}

/** Whether the API serves other pages than this one is of. If it cannot be asked, the next loss of the connection asks again. */
async function otherPages(signal: AbortSignal): Promise<boolean> {
  const mine = document.querySelector<HTMLScriptElement>('script[type=module]')?.src;
  try {
    const answer = await fetch('/', { headers: { accept: 'text/html' }, cache: 'no-store', signal });
    const [theirs] = SCRIPT.exec(await answer.text()) ?? [];
    return theirs !== undefined && mine !== undefined && !mine.endsWith(theirs);
  } catch {
    return false;
  }
}
