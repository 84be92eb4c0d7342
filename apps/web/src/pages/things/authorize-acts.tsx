import { useAct } from '../../acts/use-act.js';
import { ApiProblem } from '../../api/client.js';
import { Button } from '../../parts/button.js';
import { useLiveState } from '../../live/use-live.js';
import css from '../page-body.module.css';

/** Authorizes a node that waits. Nothing is shown as done before it was observed: the page changes when an event says so. */
export function AuthorizeActs({ node, network }: { node: string; network: string }) {
  const isLost = useLiveState().is === 'lost';
  const { mutate, isPending, isSuccess, error } = useAct('PUT /v1/networks/{network}/admissions/{node}');
  const decide = (body: { verdict: 'authorize' | 'deny'; for?: string }) =>
    mutate({ asking: { path: { node, network } }, body });
  if (isSuccess)
    return (
      <p className={css.said} role="status">
        Asked the controller. It shows here once the controller says so.
      </p>
    );
  return (
    <>
      <div className={css.acts}>
        <Button kind="go" disabled={isPending || isLost} onClick={() => decide({ verdict: 'authorize' })}>
          Authorize
        </Button>
        <Button disabled={isPending || isLost} onClick={() => decide({ verdict: 'authorize', for: '8h' })}>
          For 8 hours
        </Button>
        <Button kind="bare" disabled={isPending || isLost} onClick={() => decide({ verdict: 'deny' })}>
          Deny
        </Button>
      </div>
      {error && (
        <p className={css.said} role="status">
          {error.message}. {error instanceof ApiProblem && error.problem.fix}
        </p>
      )}
    </>
  );
}
