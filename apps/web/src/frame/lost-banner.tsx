import { Mark } from '../parts/mark.js';
import { useLiveState } from '../live/use-live.js';
import { clockWord } from '../parts/words.js';
import css from './frame.module.css';

/** A lost connection is said, and heals by itself. The region is there from the start, so that readers hear of it. */
export function LostBanner() {
  const state = useLiveState();
  return (
    <div role="alert" className={state.is === 'lost' ? css.lost : undefined}>
      {state.is === 'lost' && (
        <>
          <Mark is="failed" />
          <span>
            <strong>Orrery cannot be reached.</strong> This is how things stood at{' '}
            {clockWord(new Date(state.since).toISOString(), Date.now())}. Everything already running keeps running;
            trying again every 2 s.
          </span>
        </>
      )}
    </div>
  );
}
