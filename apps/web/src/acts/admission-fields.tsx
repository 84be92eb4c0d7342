import type { Shape } from '../api/client.js';
import { Choice, TextField } from './act-dialog.js';

type AdmissionBy = Shape<'AdmissionBy'>;

export interface AdmissionDraft {
  by: AdmissionBy;
  selector: string;
}

const CHOICES: readonly { value: AdmissionBy; name: string; says: string }[] = [
  { value: 'fleet', name: 'The fleet', says: 'nodes that this Orrery launches or joins' },
  { value: 'selector', name: 'Hosts with these labels', says: 'only nodes on them' },
  { value: 'manual', name: 'Nobody by itself', says: 'a person authorizes each node' },
];

/** Whom a network lets in by itself. */
export function AdmissionFields({
  draft,
  onDraft,
}: {
  draft: AdmissionDraft;
  onDraft: (draft: AdmissionDraft) => void;
}) {
  return (
    <>
      <Choice
        legend="It lets in"
        name="admission"
        value={draft.by}
        choices={CHOICES}
        onChoose={(by) => onDraft({ ...draft, by })}
      />
      {draft.by === 'selector' && (
        <TextField
          label="Labels"
          value={draft.selector}
          placeholder="site=cloud"
          onChange={(selector) => onDraft({ ...draft, selector })}
        />
      )}
    </>
  );
}

export const isAdmissionWhole = ({ by, selector }: AdmissionDraft): boolean => by !== 'selector' || selector !== '';

/** What stands behind `--admit`. */
export const admitWord = ({ by, selector }: AdmissionDraft): string =>
  by === 'selector' ? selector || 'SELECTOR' : by;
