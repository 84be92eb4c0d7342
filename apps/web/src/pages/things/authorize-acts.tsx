import { useMutationState } from '@tanstack/react-query';
import { useRef, type ComponentProps, type ReactNode } from 'react';
import { ActRefused } from '../../acts/act-refused.js';
import { DecidedMeanwhile } from '../../acts/decided-meanwhile.js';
import { useAct, type ActRequest } from '../../acts/use-act.js';
import { read, type Shape } from '../../api/client.js';
import { useMay } from '../../door/use-door.js';
import { Button } from '../../parts/button.js';
import { Fix } from '../../parts/fix.js';
import { useLiveState } from '../../live/use-live.js';
import css from '../page-body.module.css';

const ADMISSION = '/v1/networks/{network}/admissions/{node}';
const DECIDE = `PUT ${ADMISSION}`;

interface Place {
  /** Its name. */
  node: string;
  /** Its ID. */
  network: string;
  /** Why it waits. Another cause, such as a denial, is what came of a decision: then somebody can decide anew. */
  cause: string;
}

interface DecideRequest extends ActRequest {
  body: { verdict: 'authorize' | 'deny'; for?: string };
  /** Why it waited. */
  cause: string;
}

const NOWHERE: Place = { node: '', network: '', cause: '' };

const keyOf = ({ node, network }: Place) => [DECIDE, network, node];

/** Whether its authorization was asked for here. It ends with the buttons, which stay until its controller says so. */
export function useIsAsked(place: Place | undefined): boolean {
  const requests = useMutationState({
    filters: { mutationKey: keyOf(place ?? NOWHERE), exact: true, status: 'success' },
    select: ({ state }) => state.variables as DecideRequest,
  });
  return requests.some(({ cause, body }) => cause === place?.cause && body.verdict === 'authorize');
}

/** The title, in place of what says that it waits for a person. */
export const ASKED = 'Its authorization was asked for';

/** Authorizes a node that waits. Nothing is shown as done before it was observed: the page changes when an event says so. */
export function AuthorizeActs(place: Place) {
  const { node, network, cause } = place;
  const isAllowed = useMay(DECIDE);
  const isLost = useLiveState().is === 'lost';
  const seen = useRef<Promise<Shape<'Admission'> | undefined>>(undefined);
  const { mutate, reset, isPending, isSuccess, variables, error } = useAct<unknown, DecideRequest>(
    DECIDE,
    keyOf(place),
  );
  const isAsked = useIsAsked(place);
  const asking = { path: { node, network } };
  /** Who comes near decides about what stands then, and not over what somebody else decides meanwhile. */
  const look = () => (seen.current ??= read(ADMISSION, asking).catch(() => undefined));
  const decide = async (body: DecideRequest['body']) => {
    const version = (await look())?.version;
    seen.current = undefined;
    mutate({ asking, body, version, cause });
  };
  const lookAgain = () => {
    seen.current = undefined;
    reset();
  };
  if (!isAllowed) return null;
  if (isAsked || (isSuccess && variables.cause === cause))
    return (
      <p className={css.said} role="status">
        {isAsked ? 'It shows here once its controller says so.' : 'It stays out until somebody authorizes it.'}
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
      <p className={css.said}>After 8 hours, the policy of the network decides again.</p>
      <ActRefused error={error} changed={<DecidedMeanwhile node={node} network={network} onLookAgain={lookAgain} />} />
    </>
  );
}

type Membership = Shape<'Membership'>;

/** Memberships that wait for a person who can decide here, because Orrery keeps their network. */
export const waitingOf = (memberships: readonly Membership[]): Membership[] =>
  memberships.filter(
    ({ controller, outcome }) =>
      controller?.authorized === false &&
      outcome !== null &&
      outcome.kind !== 'done' &&
      outcome.code === 'authorization',
  );

interface AuthorizeFixProps extends Pick<ComponentProps<typeof Fix>, 'cause' | 'state' | 'isInTitle'> {
  /** Those whom a person can authorize. */
  waiting: readonly Membership[];
  /** What can be done about several of them at once. */
  several?: ReactNode;
}

/** A cause, with what can be done about it here. */
export function AuthorizeFix({ waiting, several, ...fix }: AuthorizeFixProps) {
  const [first, ...others] = fix.cause.code === 'authorization' ? waiting : [];
  const place = first && { node: first.node.name, network: first.network.id, cause: fix.cause.cause };
  const isAsked = useIsAsked(place);
  const isAllowed = useMay(DECIDE);
  if (!place || !isAllowed) return <Fix {...fix} />;
  if (others.length === 0)
    return <Fix {...fix} asked={isAsked ? ASKED : undefined} acts={<AuthorizeActs {...place} />} />;
  return <Fix {...fix} acts={several && <div className={css.acts}>{several}</div>} />;
}
