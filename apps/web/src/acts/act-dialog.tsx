import { useId, useLayoutEffect, useRef, type KeyboardEvent, type ReactNode, type SyntheticEvent } from 'react';
import { createPortal } from 'react-dom';
import { Button } from '../parts/button.js';
import { CommandLine } from '../parts/command-line.js';
import { useLiveState } from '../live/use-live.js';
import css from './acts.module.css';

/** The button of a question that needs nothing but a yes. */
const FIRST = '[data-first]';

interface ActDialogProps {
  title: ReactNode;
  onClose: () => void;
  /** The line that does the same. */
  run?: string;
  children: ReactNode;
}

/** The platform's own dialog: Escape closes it, and the focus goes back to where it came from. */
export function ActDialog({ title, onClose, run, children }: ActDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const name = useId();
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    shown?.querySelector<HTMLElement>(FIRST)?.focus();
    return () => shown?.close();
  }, []);
  return createPortal(
    <dialog ref={dialog} className={css.dialog} aria-labelledby={name} onClose={onClose}>
      <h2 id={name} className={css.title}>
        <span>{title}</span>
      </h2>
      <div className={css.content}>{children}</div>
      {run !== undefined && (
        <div className={css.same}>
          <p>The same in a terminal</p>
          <CommandLine run={run} />
        </div>
      )}
      {/* Last, so that the focus begins in the form. */}
      <button type="button" className={css.close} aria-label="Close" onClick={() => dialog.current?.close()}>
        ×
      </button>
    </dialog>,
    document.body,
  );
}

interface ActFormProps {
  /** What the button says. */
  go: string;
  isReady: boolean;
  isSending: boolean;
  onGo: () => void;
  /** Cancels it; or back to what was filled in. */
  onClose?: () => void;
  onBack?: () => void;
  isGrave?: boolean;
  /** Something was filled in otherwise. */
  onEdit?: () => void;
  /** There is nothing to fill in: the focus begins at the button. */
  isAsking?: boolean;
  children: ReactNode;
}

/** What an act needs to know, and the button that asks for it. */
export function ActForm({
  go,
  isReady,
  isSending,
  onGo,
  onClose,
  onBack,
  onEdit,
  isGrave,
  isAsking,
  children,
}: ActFormProps) {
  const isLost = useLiveState().is === 'lost';
  const form = useRef<HTMLFormElement>(null);
  // In a dialog that is not open yet, nothing can have the focus: then the dialog sets it.
  useLayoutEffect(() => {
    if (!isAsking) form.current?.querySelector<HTMLElement>('input, select')?.focus();
  }, [isAsking]);
  useLayoutEffect(() => {
    if (isAsking && isReady) form.current?.querySelector<HTMLElement>(FIRST)?.focus();
  }, [isAsking, isReady]);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (isReady && !isSending && !isLost) onGo();
  };
  return (
    <form ref={form} onSubmit={submit} onKeyDown={keepHeld} onChange={onEdit} className={css.form} noValidate>
      {children}
      <div className={css.foot}>
        <Button kind="bare" onClick={onBack ?? onClose}>
          {onBack ? 'Back' : 'Cancel'}
        </Button>
        <span className={isGrave ? css.grave : css.calm}>
          <Button
            kind="go"
            type="submit"
            data-first={isAsking ? '' : undefined}
            disabled={!isReady || isSending || isLost}
          >
            {isSending ? 'Asking…' : go}
          </Button>
        </span>
      </div>
    </form>
  );
}

/** The key that opened the dialog, still held, does not answer it as well. */
function keepHeld(event: KeyboardEvent): void {
  if (event.repeat && event.key === 'Enter') event.preventDefault();
}

interface FieldProps {
  label: string;
  /** What helps to fill it in. */
  hint?: string;
  value: string;
  onChange: (value: string) => void;
}

/** A name or another word: nothing corrects or completes it. */
export function TextField({
  label,
  hint,
  value,
  onChange,
  placeholder,
  isList = false,
}: FieldProps & { placeholder?: string; /** Words with spaces between them. */ isList?: boolean }) {
  const id = useId();
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={css.code}
        value={value}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="none"
        aria-describedby={hint && `${id}-hint`}
        onChange={({ target }) => onChange(isList ? target.value : target.value.trim())}
      />
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}

export function SelectField({ label, value, onChange, children }: FieldProps & { children: ReactNode }) {
  const id = useId();
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={({ target }) => onChange(target.value)}>
        {children}
      </select>
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  legend: string;
  name: string;
  value: Value;
  choices: readonly { value: Value; name: string; says?: string }[];
  onChoose: (value: Value) => void;
}

export function Choice<Value extends string>({ legend, name, value, choices, onChoose }: ChoiceProps<Value>) {
  return (
    <fieldset className={css.choice}>
      <legend>{legend}</legend>
      {choices.map((one) => (
        <label key={one.value}>
          <input type="radio" name={name} checked={one.value === value} onChange={() => onChoose(one.value)} />
          <span>
            {one.name}
            {one.says && <small>{one.says}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface SelectsFieldProps {
  /** Of the first, and of each further one. */
  labels: readonly [first: string, further: string];
  /** What the button says that adds one. */
  add: string;
  values: readonly string[];
  onChange: (values: readonly string[]) => void;
  options: readonly { value: string; name: string }[];
  /** Whether it cannot stand beside another one; left out: each stands once. */
  excludes?: (value: string, other: string) => boolean;
}

/** Several of a list, in order. */
export function SelectsField({ labels, add, values, onChange, options, excludes = Object.is }: SelectsFieldProps) {
  const free = (at: number) =>
    options.filter(({ value }) => values.every((other, index) => index === at || !excludes(value, other)));
  return (
    <div className={css.selects}>
      {values.map((chosen, at) => {
        const label = at === 0 ? labels[0] : values.length > 2 ? `${labels[1]} ${at}` : labels[1];
        return (
          <div key={at} className={css.selected}>
            <SelectField label={label} value={chosen} onChange={(value) => onChange(values.with(at, value))}>
              <option value="">Choose one</option>
              {free(at).map(({ value, name }) => (
                <option key={value} value={value}>
                  {name}
                </option>
              ))}
            </SelectField>
            {at > 0 && (
              <Button kind="bare" aria-label={`Leave out ${label}`} onClick={() => onChange(values.toSpliced(at, 1))}>
                ×
              </Button>
            )}
          </div>
        );
      })}
      {values.every((value) => value !== '') && free(values.length).length > 0 && (
        <div>
          <Button small kind="bare" onClick={() => onChange([...values, ''])}>
            {add}
          </Button>
        </div>
      )}
    </div>
  );
}
