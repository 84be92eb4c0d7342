import { useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import type { Shape } from '../api/client.js';
import { useMay } from '../door/use-door.js';
import type { Column } from '../parts/data-table.js';
import { ChosenBar } from './bars.js';
import { isDecidable, membershipKey, Picked } from './picked.js';
import css from './acts.module.css';

type Membership = Shape<'Membership'>;
type Columns = readonly Column<Membership>[];

/** Lets who may decide choose memberships in their table, and decide about all of them at once. `loaded`: the rows that are there. */
export function usePicking(columns: Columns, loaded: readonly Membership[]) {
  const [picked] = useState(() => new Picked());
  const isAllowed = useMay('PUT /v1/networks/{network}/admissions/{node}');
  const isUseful = isAllowed && loaded.some(isDecidable);
  const pickable = useMemo(() => (isUseful ? withBoxes(columns, picked) : columns), [columns, picked, isUseful]);
  return { columns: pickable, bar: isAllowed && <ChosenBar picked={picked} loaded={loaded} /> };
}

function withBoxes(columns: Columns, picked: Picked): Columns {
  const [first, ...others] = columns;
  if (!first) return columns;
  const show = (membership: Membership): ReactNode => (
    <span className={css.picked}>
      <Box picked={picked} membership={membership} />
      {first.show(membership)}
    </span>
  );
  return [{ ...first, show }, ...others];
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
      onChange={() => picked.toggle(membership)}
    />
  );
}
