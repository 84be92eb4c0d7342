import { lazy, Suspense, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import type { Shape } from '../api/client.js';
import { useMay } from '../door/use-door.js';
import { useLiveState } from '../live/use-live.js';
import { Button } from '../parts/button.js';
import type { Shown } from '../parts/rows.js';
import { membershipStanding } from '../parts/states.js';
import { countWord } from '../parts/words.js';
import { Picked } from './picked.js';
import css from './acts.module.css';

type Membership = Shape<'Membership'>;
type Verdict = 'authorize' | 'deny';

const DecideDialog = lazy(() => import('./decide-dialog.js').then((loaded) => ({ default: loaded.DecideDialog })));

export const membershipKey = ({ node, network }: Membership): string => `${node.id} ${network.id}`;

/** A controller of ours can be told about it. */
const isDecidable = ({ controller }: Membership): boolean => controller !== null;
const waits = (membership: Membership): boolean =>
  isDecidable(membership) && membershipStanding(membership).word === 'authorization';

/** Lets who may decide choose memberships in their table, and decide about all of them at once. */
export function usePicking(shown: Shown<Membership>, memberships: readonly Membership[]) {
  const [picked] = useState(() => new Picked());
  const isAllowed = useMay('PUT /v1/networks/{network}/admissions/{node}');
  const isUseful = isAllowed && memberships.some(isDecidable);
  const pickable = useMemo(() => (isUseful ? withBoxes(shown, picked) : shown), [shown, picked, isUseful]);
  return { shown: pickable, bar: isUseful && <ChosenBar picked={picked} memberships={memberships} /> };
}

function withBoxes(shown: Shown<Membership>, picked: Picked): Shown<Membership> {
  const [first, ...others] = shown.columns;
  if (!first) return shown;
  const show = (membership: Membership): ReactNode => (
    <span className={css.picked}>
      <Box picked={picked} membership={membership} />
      {first.show(membership)}
    </span>
  );
  return { ...shown, columns: [{ ...first, show }, ...others] };
}

function Box({ picked, membership }: { picked: Picked; membership: Membership }) {
  const key = membershipKey(membership);
  const isPicked = useSyncExternalStore(picked.subscribe, () => picked.has(key));
  const { node, network } = membership;
  return (
    <input
      type="checkbox"
      className={css.pick}
      aria-label={`Choose ${node.name} in ${network.name ?? network.id}`}
      checked={isPicked}
      disabled={!isDecidable(membership)}
      onChange={() => picked.toggle(key)}
    />
  );
}

function ChosenBar({ picked, memberships }: { picked: Picked; memberships: readonly Membership[] }) {
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
  const dialog = decision && (
    <Suspense fallback={null}>
      <DecideDialog verdict={decision.verdict} about={decision.about} onClose={close} />
    </Suspense>
  );
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
