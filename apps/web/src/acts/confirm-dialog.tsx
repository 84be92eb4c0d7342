import { useState, type ReactNode } from 'react';
import type { Asking, Shape } from '../api/client.js';
import { StateWord } from '../parts/mark.js';
import { ActDialog, ActForm, TextField } from './act-dialog.js';
import { ActRefused } from './act-refused.js';
import { FollowedCommand } from './followed-command.js';
import { useAct } from './use-act.js';
import css from './acts.module.css';

interface ConfirmDialogProps {
  title: string;
  /** What follows from it. */
  children: ReactNode;
  /** What the button says. */
  go: string;
  operation: string;
  asking: Asking;
  /** As it is now; what is sent is the version that the person saw. */
  version?: number | null;
  run: string;
  /** What removes asks for this to be typed. */
  typed?: string;
  /** Said when the API has taken it, if it makes no command that could be followed. */
  asked?: string;
  /** What came of it, if the answer of the API says that; it takes the place of `asked`. */
  came?: (answer: unknown, onClose: () => void) => ReactNode;
  /** Which events tell who changed it meanwhile. */
  events?: Asking['query'];
  onClose: () => void;
}

/** An act that needs nothing but a yes, or the name of what it removes. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, children, go, operation, asking, version, run, typed, asked = '', came, events, onClose } = props;
  const [seen, setSeen] = useState(version);
  const [text, setText] = useState('');
  const { mutate, reset, data, error, isPending } = useAct<Partial<Shape<'Accepted'>>>(operation);
  const lookAgain = () => {
    setSeen(version);
    reset();
  };
  return (
    <ActDialog title={title} run={run} onClose={onClose}>
      {data?.command ? (
        <FollowedCommand first={data.command} />
      ) : data && came ? (
        came(data, onClose)
      ) : data ? (
        <p className={css.text} role="status">
          <StateWord is="asked">{asked}</StateWord>
        </p>
      ) : (
        <ActForm
          go={go}
          isReady={typed === undefined || text === typed}
          isSending={isPending}
          onGo={() => mutate({ asking, version: seen })}
          onClose={onClose}
          isGrave={typed !== undefined}
        >
          <p>{children}</p>
          {typed !== undefined && <TextField label={`Type ${typed} to remove it`} value={text} onChange={setText} />}
          <ActRefused error={error} events={events} onLookAgain={lookAgain} />
        </ActForm>
      )}
    </ActDialog>
  );
}
