import { useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import type { Shape } from '../api/client.js';
import { useMay } from '../door/use-door.js';
import type { Shown } from '../parts/rows.js';
import { ChosenBar } from './bars.js';
import { isDecidable, membershipKey, Picked } from './picked.js';
import css from './acts.module.css';

type Membership = Shape<'Membership'>;

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
