import { ApiProblem, Unreachable } from '../api/client.js';
import { PageHead } from '../frame/page.js';
import { Prose } from './sentence.js';
import css from './notice.module.css';

/** A page that cannot be shown, with the cause and the fix of the API. */
export function Refused({ error, what }: { error: Error; what: string }) {
  if (error instanceof Unreachable)
    return (
      <PageHead title={`Orrery cannot be reached, so ${what} cannot be shown`} sub="It is asked again by itself." />
    );
  if (!(error instanceof ApiProblem)) return <PageHead title={`${what} cannot be shown`} sub={error.message} />;
  const { detail, fix = '', code } = error.problem;
  return (
    <PageHead
      title={<Prose text={detail} />}
      sub={
        <>
          <span className={css.prose}>
            <Prose text={fix} />
          </span>
          <span>
            code <code>{code}</code>
          </span>
        </>
      }
    />
  );
}

/** Nothing for a second, then what is being asked for: no skeletons. */
export const Asking = ({ what }: { what: string }) => <p className={css.asking}>Asking for {what}</p>;

export const Nothing = ({ children }: { children: string }) => <p className={css.nothing}>{children}</p>;
