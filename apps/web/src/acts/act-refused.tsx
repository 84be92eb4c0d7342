import { useEffect, useRef, type ReactNode } from 'react';
import { ApiProblem, Unreachable, type Asking, type Problem, type Shape } from '../api/client.js';
import { useRead } from '../api/use-read.js';
import { Age } from '../parts/age.js';
import { Button } from '../parts/button.js';
import { Mark } from '../parts/mark.js';
import { Prose } from '../parts/sentence.js';
import { asTitle } from '../parts/words.js';
import css from './acts.module.css';

interface ActRefusedProps {
  error: Error | null;
  /** Which events tell who changed it meanwhile. */
  events?: Asking['query'];
  /** Who changed it meanwhile, if no event tells. */
  changed?: ReactNode;
  /** Takes what is there now, to decide again. */
  onLookAgain?: () => void;
}

/** Why an act was not carried out, and what to do. */
export function ActRefused({ error, ...more }: ActRefusedProps) {
  const alert = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error) alert.current?.focus();
  }, [error]);
  if (!error) return null;
  return (
    <div ref={alert} className={css.refused} role="alert" tabIndex={-1}>
      <Mark is="failed" />
      <div>
        {error instanceof ApiProblem ? (
          <ProblemText problem={error.problem} {...more} />
        ) : error instanceof Unreachable ? (
          <p>
            <strong>Orrery cannot be reached</strong> Ask again when it is back: it is carried out once, even if the
            first request arrived.
          </p>
        ) : (
          <p>
            <strong>That failed</strong> {error.message}
          </p>
        )}
      </div>
    </div>
  );
}

function ProblemText({ problem, changed, ...more }: { problem: Problem } & Omit<ActRefusedProps, 'error'>) {
  const { code, detail, fix = '', errors = [], candidates = [] } = problem;
  if (code === 'revision-conflict') return changed ?? <Changed {...more} />;
  return (
    <>
      <p>
        <strong>
          <Prose text={asTitle(detail)} />
        </strong>
        <Prose text={fix} />
      </p>
      {(errors.length > 1 || candidates.length > 0) && (
        <ul>
          {errors.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <code>{path}</code> {message}
            </li>
          ))}
          {candidates.map((one) => (
            <li key={one}>
              <code>{one}</code>
            </li>
          ))}
        </ul>
      )}
      <small>
        code <code>{code}</code>
      </small>
    </>
  );
}

/** 412: somebody was faster. */
function Changed({ events, onLookAgain }: Omit<ActRefusedProps, 'error' | 'changed'>) {
  const { data } = useRead('/v1/events', { query: { ...events, limit: 30 } });
  const last = data?.items.map(changeIn).find((one) => one !== undefined);
  return <ChangedBy last={last} onLookAgain={onLookAgain} />;
}

interface ChangedByProps {
  last?: { by: string; at: string } | null;
  onLookAgain?: () => void;
}

export function ChangedBy({ last, onLookAgain }: ChangedByProps) {
  return (
    <>
      <p>
        <strong>
          {last?.by ?? 'Somebody'} changed it
          {last && (
            <>
              {' '}
              <Age at={last.at} ago />
            </>
          )}
          . See what is there now.
        </strong>
        Nothing was done.
      </p>
      {onLookAgain && (
        <Button small onClick={onLookAgain}>
          See what is there now
        </Button>
      )}
    </>
  );
}

/** Agents and policies change what they see, but decide nothing that a person could not see. */
const BY_NOBODY = /^(agent|admission: .*)$/;

function changeIn({ data, time }: Shape<'CloudEvent'>): { by: string; at: string } | undefined {
  const { by } = data as { by?: unknown };
  return typeof by === 'string' && !BY_NOBODY.test(by) ? { by, at: time } : undefined;
}
