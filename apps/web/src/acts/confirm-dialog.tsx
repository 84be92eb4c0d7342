import { useState, type ReactNode } from 'react';
import { ApiProblem, type Asking, type Shape } from '../api/client.js';
import { StateWord } from '../parts/mark.js';
import { ActDialog, ActForm, TextField } from './act-dialog.js';
import { ActRefused } from './act-refused.js';
import type { Told } from './command-sentence.js';
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
  /** What its command is told as, if that is not its own action. */
  as?: Told;
  /** What the API refuses with this code, it does with this query. */
  anyway?: { code: string; says: string; query: Asking['query'] };
  /** What came of it, if the answer of the API says that; it takes the place of `asked`. */
  came?: (answer: unknown, onClose: () => void) => ReactNode;
  /** Which events tell who changed it meanwhile. */
  events?: Asking['query'];
  onClose: () => void;
}

/** With a command, with several, or with none that could be followed. */
type Answer = Partial<Shape<'Accepted'> & Shape<'RouteRemoved'>>;

/** An act that needs nothing but a yes, or the name of what it removes. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, go, operation, asking, version, run, typed, asked = '', as, anyway, came, onClose } = props;
  const [seen, setSeen] = useState(version);
  const [text, setText] = useState('');
  const { mutate, reset, data, error, isPending } = useAct<Answer>(operation);
  const [isAnyway, setAnyway] = useState(false);
  const isRefused = error instanceof ApiProblem && error.problem.code === anyway?.code;
  const query = { ...asking.query, ...(isAnyway && anyway?.query) };
  const lookAgain = () => {
    setSeen(version);
    reset();
  };
  return (
    <ActDialog title={title} run={isAnyway ? `${run} --force` : run} onClose={onClose}>
      {data && came && !data.command ? (
        came(data, onClose)
      ) : data ? (
        <Taken answer={data} asked={asked} as={as} />
      ) : (
        <ActForm
          go={go}
          isReady={typed === undefined || text === typed}
          isSending={isPending}
          onGo={() => mutate({ asking: { ...asking, query }, version: seen })}
          onClose={onClose}
          isGrave={typed !== undefined}
          isAsking={typed === undefined}
        >
          <p>{props.children}</p>
          {typed !== undefined && (
            <TextField label={`Type ${typed} to ${go.toLowerCase()} it`} value={text} onChange={setText} />
          )}
          {anyway && (isRefused || isAnyway) && (
            <AnywayBox says={anyway.says} isAnyway={isAnyway} onChange={setAnyway} />
          )}
          <ActRefused error={error} events={props.events} onLookAgain={lookAgain} />
        </ActForm>
      )}
    </ActDialog>
  );
}

interface AnywayBoxProps {
  says: string;
  isAnyway: boolean;
  onChange: (isAnyway: boolean) => void;
}

const AnywayBox = ({ says, isAnyway, onChange }: AnywayBoxProps) => (
  <label className={css.anyway}>
    <input type="checkbox" checked={isAnyway} onChange={({ target }) => onChange(target.checked)} />
    <span>{says}</span>
  </label>
);

interface TakenProps {
  answer: Answer;
  asked: string;
  as: Told | undefined;
}

function Taken({ answer: { command, commands = [] }, asked, as }: TakenProps) {
  if (command) return <FollowedCommand first={command} as={as} />;
  return (
    <>
      <p className={css.text} role="status">
        <StateWord is="asked">{asked}</StateWord>
      </p>
      {commands.map((one) => (
        <FollowedCommand key={one.id} first={one} />
      ))}
    </>
  );
}
