import { useState, type SubmitEvent } from 'react';
import { Button } from '../../parts/button.js';
import css from './timeline.module.css';

interface JumpFormProps {
  /** The moment that is looked at; undefined: the present. */
  at: number | undefined;
  onJump: (at: number) => void;
}

/** Any date and time, by the clock of whoever asks. */
export function JumpForm({ at, onJump }: JumpFormProps) {
  const [draft, setDraft] = useState<string>();
  const value = draft ?? (at === undefined ? '' : localOf(at));
  const time = Date.parse(value);
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (Number.isNaN(time)) return;
    setDraft(undefined);
    onJump(time);
  };
  return (
    <form className={css.jump} onSubmit={onSubmit}>
      <label>
        <span>Go to</span>
        <input
          type="datetime-local"
          step={1}
          aria-label="Date and time"
          title={Number.isNaN(time) ? undefined : `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`}
          max={localOf(Date.now())}
          value={value}
          onChange={({ target }) => setDraft(target.value)}
        />
      </label>
      <small>{Intl.DateTimeFormat().resolvedOptions().timeZone}</small>
      <Button small type="submit" disabled={Number.isNaN(time)}>
        Look
      </Button>
    </form>
  );
}

/** As the input takes it: `2026-01-31T14:03:00`, by the clock here. */
function localOf(time: number): string {
  const minutes = new Date(time).getTimezoneOffset();
  return new Date(time - minutes * 60_000).toISOString().slice(0, 19);
}
