import { useState } from 'react';
import type { Shape } from '../api/client.js';
import { useRead } from '../api/use-read.js';
import { Mark, StateWord } from '../parts/mark.js';
import { Prose } from '../parts/sentence.js';
import { admitsClause } from '../parts/words.js';
import { ActDialog, ActForm, Choice, TextField } from './act-dialog.js';
import { ActRefused } from './act-refused.js';
import { AdmissionFields, admitWord, isAdmissionWhole, type AdmissionDraft } from './admission-fields.js';
import { lineOf } from './shell-word.js';
import { useAct } from './use-act.js';
import css from './acts.module.css';

type Network = Shape<'Network'>;
type OnOff = 'on' | 'off';

interface Draft extends AdmissionDraft {
  name: string;
  labels: OnOff;
}

const LABELS: readonly { value: OnOff; name: string; says: string }[] = [
  { value: 'off', name: 'Is not attached', says: 'what is in it by a label leaves it' },
  { value: 'on', name: 'Is attached', says: 'the policy above then decides, as for every node' },
];

const draftOf = ({ name, admission, labels }: Network): Draft => ({
  ...{ name: name ?? '', by: admission?.by ?? 'fleet', selector: admission?.selector ?? '' },
  labels: labels ? 'on' : 'off',
});

/** Its name, whom it lets in, and whether labels count. Of a network that somebody else keeps, only the name. */
export function NetworkChangeDialog({ network, onClose }: { network: Network; onClose: () => void }) {
  const [seen, setSeen] = useState(network);
  const [draft, setDraft] = useState(() => draftOf(network));
  const isKept = seen.managedBy !== null;
  const operation = isKept ? 'PATCH /v1/networks/{network}' : 'PUT /v1/networks/{network}';
  const { mutate, reset, data, error, isPending } = useAct<Network>(operation);
  const patch = patchOf(seen, draft);
  const lookAgain = () => {
    setSeen(network);
    setDraft(draftOf(network));
    reset();
  };
  const send = () => mutate({ asking: { path: { network: seen.id } }, body: patch, version: seen.version });
  const events = { network: seen.id, type: 'network.configured,network.named,network.deleted' };
  return (
    <ActDialog title={`Change ${seen.name ?? seen.id}`} run={lineFor(seen, draft, patch)} onClose={onClose}>
      {data ? (
        <Changed first={data} before={seen} />
      ) : (
        <ActForm
          go="Change"
          isReady={Object.keys(patch).length > 0 && draft.name !== '' && isAdmissionWhole(draft)}
          isSending={isPending}
          onGo={send}
          onClose={onClose}
        >
          <NetworkFields
            draft={draft}
            onDraft={setDraft}
            isKept={isKept}
            isOtherPolicy={patch.admission !== undefined}
          />
          <ActRefused error={error} events={events} onLookAgain={lookAgain} />
        </ActForm>
      )}
    </ActDialog>
  );
}

interface NetworkFieldsProps {
  draft: Draft;
  onDraft: (draft: Draft) => void;
  isKept: boolean;
  /** Whom it lets in changes. */
  isOtherPolicy: boolean;
}

function NetworkFields({ draft, onDraft, isKept, isOtherPolicy }: NetworkFieldsProps) {
  return (
    <>
      <TextField
        label="Name"
        hint={isKept ? 'Labels of containers use this name.' : 'Its name here. Its controller is not asked.'}
        value={draft.name}
        placeholder="lab"
        onChange={(name) => onDraft({ ...draft, name })}
      />
      {isKept && (
        <>
          <AdmissionFields draft={draft} onDraft={(admission) => onDraft({ ...draft, ...admission })} />
          {isOtherPolicy && <p>{AFTER[draft.by]}</p>}
          <Choice
            legend="A container of yours whose label names it"
            name="labels"
            value={draft.labels}
            choices={LABELS}
            onChoose={(labels) => onDraft({ ...draft, labels })}
          />
        </>
      )}
    </>
  );
}

/** What becomes of those about whom no person has decided. */
const AFTER: Record<AdmissionDraft['by'], string> = {
  fleet: 'Every node that should be in it is authorized at once, except those that a person denied.',
  selector: 'Nodes on other hosts lose their authorization, except those that a person authorized.',
  manual: 'Nodes that are in it stay. Each further one waits for a person.',
};

/** Only what differs. */
function patchOf(before: Network, { name, by, selector, labels }: Draft): Shape<'NetworkPatch'> {
  const { admission } = before;
  const isOther = admission && (by !== admission.by || (by === 'selector' && selector !== admission.selector));
  return {
    ...(name !== before.name && { name }),
    ...(isOther && { admission: { ...admission, by, selector: by === 'selector' ? selector : null } }),
    ...((labels === 'on') !== before.labels && { labels: labels === 'on' }),
  };
}

const lineFor = ({ id, name }: Network, draft: Draft, patch: Shape<'NetworkPatch'>): string =>
  lineOf(
    ...['network', 'set', name ?? id],
    ...(patch.name === undefined ? [] : ['--name', patch.name || 'NAME']),
    ...(patch.admission === undefined ? [] : ['--admit', admitWord(draft)]),
    ...(patch.labels === undefined ? [] : ['--labels', draft.labels]),
  );

function Changed({ first, before }: { first: Network; before: Network }) {
  const [was] = useState(before);
  const { data = first } = useRead('/v1/networks/{network}', { path: { network: first.id } });
  const isApplied = data.sync?.state !== 'pending';
  const name = data.name ?? data.id;
  return (
    <div role="status">
      <p className={css.sentence}>
        {isApplied ? `${name} was changed` : `The change of ${name} is on its way to its controller`}
      </p>
      <p className={css.sub}>
        <StateWord is={isApplied ? 'fine' : 'working'} />
        <code>{data.id}</code>
      </p>
      <ul className={css.list} aria-label="What changed">
        {changesOf(was, data).map((text) => (
          <li key={text}>
            <Mark is={isApplied ? 'fine' : 'working'} />
            <span>{text}</span>
          </li>
        ))}
      </ul>
      {data.sync?.cause && (
        <p className={css.hint}>
          <Prose text={data.sync.cause} />
        </p>
      )}
    </div>
  );
}

/** What is otherwise now, as clauses. */
function changesOf(was: Network, now: Network): string[] {
  const texts: string[] = [];
  if (was.name !== now.name) texts.push(`its name is ${now.name ?? now.id}, and was ${was.name ?? was.id}`);
  const [before, after] = [was, now].map(({ admission }) => admission && admitsClause(admission));
  if (after && before !== after) texts.push(after);
  if (was.labels !== now.labels)
    texts.push(now.labels ? 'a container whose label names it is attached' : 'labels of containers do not count');
  return texts;
}
