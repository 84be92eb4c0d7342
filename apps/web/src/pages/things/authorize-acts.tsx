import { useRef, useState } from 'react';
import { ActRefused } from '../../acts/act-refused.js';
import { DecidedMeanwhile } from '../../acts/decided-meanwhile.js';
import { useAct } from '../../acts/use-act.js';
import { read, type Shape } from '../../api/client.js';
import { Button } from '../../parts/button.js';
import { useLiveState } from '../../live/use-live.js';
import css from '../page-body.module.css';

const ADMISSION = '/v1/networks/{network}/admissions/{node}';

interface AuthorizeActsProps {
  node: string;
  network: string;
  /** Why it waits. Another cause, such as a denial, is what came of a decision: then somebody can decide anew. */
  cause: string;
}

/** Authorizes a node that waits. Nothing is shown as done before it was observed: the page changes when an event says so. */
export function AuthorizeActs({ node, network, cause }: AuthorizeActsProps) {
  const isLost = useLiveState().is === 'lost';
  const seen = useRef<Promise<Shape<'Admission'> | undefined>>(undefined);
  const { mutate, reset, isPending, isSuccess, error } = useAct(`PUT ${ADMISSION}`);
  const asking = { path: { node, network } };
  /** Who comes near decides about what stands then, and not over what somebody else decides meanwhile. */
  const look = () => (seen.current ??= read(ADMISSION, asking).catch(() => undefined));
  const [decidedOn, setDecidedOn] = useState<string>();
  const decide = async (body: { verdict: 'authorize' | 'deny'; for?: string }) => {
    const version = (await look())?.version;
    seen.current = undefined;
    setDecidedOn(cause);
    mutate({ asking, body, version });
  };
  const lookAgain = () => {
    seen.current = undefined;
    reset();
  };
  if (isSuccess && decidedOn === cause)
    return (
      <p className={css.said} role="status">
        Asked the controller. It shows here once the controller says so.
      </p>
    );
  return (
    <>
      <div className={css.acts} onPointerEnter={look} onFocus={look}>
        <Button kind="go" disabled={isPending || isLost} onClick={() => void decide({ verdict: 'authorize' })}>
          Authorize
        </Button>
        <Button disabled={isPending || isLost} onClick={() => void decide({ verdict: 'authorize', for: '8h' })}>
          For 8 hours
        </Button>
        <Button kind="bare" disabled={isPending || isLost} onClick={() => void decide({ verdict: 'deny' })}>
          Deny
        </Button>
      </div>
      <ActRefused error={error} changed={<DecidedMeanwhile node={node} network={network} onLookAgain={lookAgain} />} />
    </>
  );
}
