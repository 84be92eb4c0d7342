import { useState, type SyntheticEvent } from 'react';
import { ApiProblem, change, Unreachable } from '../api/client.js';
import { Button } from '../parts/button.js';
import { CommandLine } from '../parts/command-line.js';
import { Logo } from '../parts/logo.js';
import { Mark } from '../parts/mark.js';
import { door, type Login } from './door.js';
import css from './door-page.module.css';

const WHY = {
  ended: 'Your login ended: its token was revoked or expired, or nobody used it for 12 hours.',
  'signed-out': 'You are signed out.',
};

/** Where a token becomes a login. The address stays as it is, so a deep link leads on to where it points. */
export function DoorPage({ why }: { why?: keyof typeof WHY }) {
  const { error, busy, enter } = useEntering();
  const [token, setToken] = useState('');
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void enter(token.trim());
  };
  return (
    <main className={css.door}>
      <div className={css.brand}>
        <Logo />
        Orrery
      </div>
      <h1>Your token opens this fleet</h1>
      {why && (
        <p className={css.why} role="status">
          {WHY[why]}
        </p>
      )}
      <form onSubmit={submit} className={css.form}>
        <label htmlFor="token">Token</label>
        <div className={css.row}>
          <input
            id="token"
            name="token"
            type="password"
            autoComplete="current-password"
            placeholder="ora_…"
            spellCheck={false}
            autoFocus
            value={token}
            aria-invalid={error !== undefined}
            aria-describedby={error ? 'refused' : undefined}
            onChange={({ target }) => setToken(target.value)}
          />
          <Button kind="go" type="submit" disabled={busy || token.trim() === ''}>
            {busy ? 'Asking…' : 'Log in'}
          </Button>
        </div>
        {error && <Refused error={error} />}
      </form>
      <p className={css.help}>The admin token is on the machine of the API, in the state folder:</p>
      <CommandLine run="cat ~/.orrery/secrets/admin.token" />
      <p className={css.help}>An admin makes one for somebody else:</p>
      <CommandLine run="orrery token create anna --role viewer" />
    </main>
  );
}

function Refused({ error }: { error: Error }) {
  const { title, fix } = wordsOf(error);
  return (
    <div id="refused" className={css.refused} role="alert">
      <Mark is="failed" />
      <p>
        <strong>{title}</strong>
        <br />
        {fix}
      </p>
    </div>
  );
}

function wordsOf(error: Error): { title: string; fix: string } {
  if (error instanceof Unreachable)
    return { title: 'Orrery cannot be reached', fix: 'Check the address and your network, then try again.' };
  if (!(error instanceof ApiProblem)) return { title: 'That failed', fix: error.message };
  if (error.problem.code === 'unauthenticated')
    return {
      title: 'This token is not valid',
      fix: 'Check that you pasted all of it. It may be revoked, expired or replaced.',
    };
  return { title: error.problem.detail, fix: error.problem.fix ?? '' };
}

function useEntering() {
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  const enter = async (token: string) => {
    setBusy(true);
    setError(undefined);
    try {
      door.opened((await change('POST /v1/logins', {}, { token })) as Login);
    } catch (refused) {
      setError(refused instanceof Error ? refused : new Error(String(refused)));
    } finally {
      setBusy(false);
    }
  };
  return { error, busy, enter };
}
