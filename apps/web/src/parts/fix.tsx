import type { ReactNode } from 'react';
import type { Shape } from '../api/client.js';
import { CommandLine } from './command-line.js';
import { Mark, type State } from './mark.js';
import { Prose } from './sentence.js';
import css from './fix.module.css';

interface FixProps {
  cause: Pick<Shape<'FurtherCause'>, 'code' | 'cause' | 'fix' | 'commands'>;
  state: State;
  /** What can be done about it here, if the login is allowed to. */
  acts?: ReactNode;
}

/** What can be done now: the cause, the fix, and the lines that carry it out. */
export function Fix({ cause: { code, cause, fix, commands }, state, acts }: FixProps) {
  return (
    <section className={`${css.fix} ${state === 'failed' ? css.bad : ''}`}>
      <h2>
        <Mark is={state} />
        <span>{firstCapital(cause)}</span>
      </h2>
      <p>
        <Prose text={fix} />
      </p>
      {acts}
      {commands.map((command) => (
        <div key={command.run} className={css.run}>
          <small>{placeOf(command)}</small>
          <CommandLine run={command.run} />
        </div>
      ))}
      <small>
        code <code>{code}</code>
      </small>
    </section>
  );
}

const placeOf = ({ on, host }: Shape<'FixCommand'>) =>
  on === 'host' ? `On ${host ?? 'the host'}, as root` : 'Wherever orrery is logged in';

const firstCapital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
