import type { ReactNode } from 'react';
import type { Shape } from '../api/client.js';
import { CommandLine } from './command-line.js';
import { Mark, type State } from './mark.js';
import { Prose } from './sentence.js';
import { asTitle } from './words.js';
import css from './fix.module.css';

interface FixProps {
  cause: Pick<Shape<'FurtherCause'>, 'code' | 'cause' | 'fix' | 'commands'> & { about?: string };
  state: State;
  /** What can be done about it here, if the login is allowed to. */
  acts?: ReactNode;
  /** The title of the page says the cause already, so the card begins with what to do. */
  isInTitle?: boolean;
  /** The title once what it says was asked for here: it is not said again. */
  asked?: string;
}

/** What can be done now: the cause, the fix, and the lines that carry it out. */
export function Fix({ cause: { code, cause, fix, commands, about }, state, acts, isInTitle = false, asked }: FixProps) {
  const [first, rest] = isInTitle ? headOf(fix) : [cause, withoutLines(fix, commands)];
  if (asked !== undefined)
    return (
      <section className={css.fix}>
        <h2>
          <Mark is="working" />
          <span>{asked}</span>
        </h2>
        {acts}
      </section>
    );
  return (
    <section className={`${css.fix} ${state === 'failed' ? css.bad : ''}`}>
      <h2>
        <Mark is={state} />
        <span>
          <Prose text={asTitle(first, about)} />
        </span>
      </h2>
      {rest && (
        <p>
          <Prose text={rest} />
        </p>
      )}
      {acts}
      {commands.map((command) => (
        <div key={command.run} className={css.run}>
          <small>{placeOf(command)}</small>
          <CommandLine run={command.run} />
        </div>
      ))}
      <small className={css.code}>
        code <code>{code}</code>
      </small>
    </section>
  );
}

const placeOf = ({ on, host }: Shape<'FixCommand'>) =>
  on === 'host' ? `On ${host ?? 'the host'}, as root` : 'Wherever orrery is logged in';

/** A line that stands below, to copy, is not read twice. */
function withoutLines(fix: string, commands: FixProps['cause']['commands']): string {
  const runs = new Set(commands.map(({ run }) => run));
  return fix.replaceAll(/: `([^`]*)`/g, (all, run: string) => (runs.has(run) ? '' : all));
}

/** The first sentence, if it is short enough for a title, and the rest. */
function headOf(fix: string): [head: string, rest: string] {
  const [, head, rest] = /^([^.]{4,70})\.(?: (.*))?$/s.exec(fix) ?? [];
  // The line itself stands below, to copy.
  return head === undefined ? ['What to do now', fix] : [head.replace(/: `[^`]*`$/, ''), rest ?? ''];
}
