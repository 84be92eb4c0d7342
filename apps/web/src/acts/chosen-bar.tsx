import { useState, useSyncExternalStore } from 'react';
import type { Shape } from '../api/client.js';
import { useLiveState } from '../live/use-live.js';
import { Button } from '../parts/button.js';
import { membershipStanding } from '../parts/states.js';
import { countWord } from '../parts/words.js';
import { DecideDialog } from './decide-dialog.js';
import { isDecidable, membershipKey, type Picked } from './picked.js';
import css from './acts.module.css';

type Membership = Shape<'Membership'>;
type Verdict = 'authorize' | 'deny';

const waits = (membership: Membership): boolean =>
  isDecidable(membership) && membershipStanding(membership).word === 'authorization';

/** What can be done about the memberships that a person has chosen. */
export function ChosenBar({ picked, memberships }: { picked: Picked; memberships: readonly Membership[] }) {
  const keys = useSyncExternalStore(picked.subscribe, () => picked.keys);
  const isLost = useLiveState().is === 'lost';
  const [decision, decide] = useState<{ verdict: Verdict; about: readonly Membership[] }>();
  const chosen = memberships.filter((one) => isDecidable(one) && keys.has(membershipKey(one)));
  const waiting = memberships.filter(waits);
  const chooseWaiting = () => picked.set(waiting.map(membershipKey));
  const ask = (verdict: Verdict) => decide({ verdict, about: chosen });
  const close = () => {
    decide(undefined);
    picked.set([]);
  };
  const dialog = decision && <DecideDialog verdict={decision.verdict} about={decision.about} onClose={close} />;
  if (chosen.length === 0 && waiting.length < 2) return dialog;
  return (
    <div className={css.chosen} role="group" aria-label="Chosen memberships">
      <strong aria-live="polite">
        {chosen.length > 0 ? `${chosen.length} chosen` : `${waiting.length} wait for a person`}
      </strong>
      {waiting.length > chosen.length && (
        <Button kind="bare" onClick={chooseWaiting}>
          Choose all {countWord(waiting.length, false)} that wait
        </Button>
      )}
      {chosen.length > 0 && (
        <>
          <Button kind="bare" onClick={() => picked.set([])}>
            Choose none
          </Button>
          <Button disabled={isLost} onClick={() => ask('deny')}>
            Deny…
          </Button>
          <Button kind="go" disabled={isLost} onClick={() => ask('authorize')}>
            Authorize…
          </Button>
        </>
      )}
      {dialog}
    </div>
  );
}
