import { useState, useSyncExternalStore } from 'react';
import { read, type Shape } from '../api/client.js';
import { useRead } from '../api/use-read.js';
import { useLiveState } from '../live/use-live.js';
import { Button } from '../parts/button.js';
import { countWord } from '../parts/words.js';
import { DecideDialog } from './decide-dialog.js';
import { isDecidable, membershipKey, type Decidable, type Picked } from './picked.js';
import css from './acts.module.css';

type Verdict = 'authorize' | 'deny';

/** What can be done about the memberships that a person has chosen, or that wait, on whichever page of the list they are. */
export function ChosenBar({ picked, loaded }: { picked: Picked; loaded: readonly Decidable[] }) {
  const kept = useSyncExternalStore(picked.subscribe, () => picked.chosen);
  const isLost = useLiveState().is === 'lost';
  const waiting = useWaiting();
  const finding = useFinding(picked);
  const [decision, decide] = useState<{ verdict: Verdict; about: readonly Decidable[] }>();
  const chosen = asTheyAreNow(kept, loaded);
  const ask = (verdict: Verdict) => decide({ verdict, about: chosen });
  const close = () => {
    decide(undefined);
    picked.set([]);
  };
  const dialog = decision && <DecideDialog verdict={decision.verdict} about={decision.about} onClose={close} />;
  if (chosen.length === 0 && waiting.count < 2) return dialog;
  return (
    <div className={css.chosen} role="group" aria-label="Chosen memberships">
      <strong aria-live="polite">
        {finding.said ?? (chosen.length > 0 ? `${chosen.length.toLocaleString('en-US')} chosen` : waiting.said)}
      </strong>
      {waiting.count > chosen.length && (
        <Button kind="bare" disabled={isLost} onClick={finding.start}>
          {waiting.isMore ? 'Choose all that wait' : `Choose all ${countWord(waiting.count, false)} that wait`}
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

/** Rows that are there are newer than what was chosen. */
function asTheyAreNow(kept: ReadonlyMap<string, Decidable>, loaded: readonly Decidable[]): Decidable[] {
  if (kept.size === 0) return [];
  const now = new Map(loaded.map((one) => [membershipKey(one), one]));
  return [...kept].map(([key, one]) => now.get(key) ?? one).filter(isDecidable);
}

/** Nodes of the fleet that wait for a person: how many, as far as one page says that. */
function useWaiting() {
  const { data } = useRead('/v1/admissions', { query: { pending: true, limit: 100 } });
  const count = (data?.items ?? []).flatMap(decidable).length;
  const isMore = (data?.next ?? null) !== null;
  return { count, isMore, said: `${isMore ? `More than ${count}` : count} wait for a person` };
}

/** Chooses all nodes that wait, wherever they are. */
function useFinding(picked: Picked) {
  const [said, say] = useState<string>();
  const start = async () => {
    say('Looking for all that wait');
    try {
      picked.set(await allWaiting());
      say(undefined);
    } catch (error) {
      say(`They could not be chosen: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return { said, start: () => void start() };
}

async function allWaiting(): Promise<Decidable[]> {
  const found: Decidable[] = [];
  for (let after: string | undefined; ;) {
    const { items, next } = await read('/v1/admissions', { query: { pending: true, limit: 500, after } });
    found.push(...items.flatMap(decidable));
    if (next === null) return found;
    after = next;
  }
}

/** Those of others are decided about by their address (`orrery membership ls --pending`). */
const decidable = ({ node, network, controller, observed }: Shape<'Admission'>): Decidable[] =>
  node ? [{ node, network, controller, status: observed?.status ?? null, addresses: observed?.addresses ?? [] }] : [];
