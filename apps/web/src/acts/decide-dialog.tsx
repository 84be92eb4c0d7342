import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ApiProblem, change, read, type Shape } from '../api/client.js';
import { useList } from '../api/use-read.js';
import { Age } from '../parts/age.js';
import { Button } from '../parts/button.js';
import { Mark, type State } from '../parts/mark.js';
import { countWord } from '../parts/words.js';
import { ActDialog, ActForm, Choice } from './act-dialog.js';
import { ActRefused } from './act-refused.js';
import { DecidedMeanwhile } from './decided-meanwhile.js';
import { membershipKey, type Decidable as Membership } from './picked.js';
import { lineOf, shellWord } from './shell-word.js';
import { timeWord } from './stage-rows.js';
import { useTicking } from './ticking.js';
import { newKey } from './use-act.js';
import css from './acts.module.css';

type Admission = Shape<'Admission'>;
type Verdict = 'authorize' | 'deny';
type HowLong = 'always' | '8h';

const ADMISSION = '/v1/networks/{network}/admissions/{node}';
const AT_ONCE = 4;
const HOW_LONG: readonly { value: HowLong; name: string; says: string }[] = [
  { value: 'always', name: 'Until somebody denies it', says: 'whatever the policy of the network says' },
  { value: '8h', name: 'For 8 hours', says: 'then the policy decides again' },
];

interface DecideDialogProps {
  verdict: Verdict;
  about: readonly Membership[];
  onClose: () => void;
}

/** Authorizes or denies nodes, each on its own: what fails hides nothing about the others. */
export function DecideDialog({ verdict, about: given, onClose }: DecideDialogProps) {
  const [howLong, setHowLong] = useState<HowLong>('always');
  const [about, setAbout] = useState(given);
  const decision = useDecision(about);
  const { seen, error } = useSeenAdmissions(about, { enabled: decision.startedAt === undefined });
  const decideAgain = (changed: readonly Membership[]) => {
    setAbout(changed);
    decision.forget();
  };
  const count = about.length === 1 ? (about[0]?.node.name ?? '') : `${countWord(about.length, false)} nodes`;
  const go = verdict === 'authorize' ? 'Authorize' : 'Deny';
  const body = { verdict, ...(verdict === 'authorize' && howLong !== 'always' && { for: howLong }) };
  return (
    <ActDialog title={`${go} ${count}`} run={linesOf(about, verdict, body.for)} onClose={onClose}>
      {decision.startedAt !== undefined ? (
        <Progress
          answered={decision.answered}
          verdict={verdict}
          about={about}
          startedAt={decision.startedAt}
          onDecideAgain={decideAgain}
        />
      ) : (
        <ActForm
          go={go}
          isReady={seen !== undefined}
          isSending={false}
          isAsking={verdict === 'deny'}
          onGo={() => void decision.start(body, seen)}
          onClose={onClose}
        >
          {verdict === 'deny' && (
            <p>A node that is in its network shows OK for up to 50 s more: zerotier-one works that way.</p>
          )}
          <ul className={css.list}>
            {about.map((one) => (
              <Before key={membershipKey(one)} membership={one} admission={seen?.get(membershipKey(one))} />
            ))}
          </ul>
          {verdict === 'authorize' && (
            <Choice legend="For how long" name="for" value={howLong} choices={HOW_LONG} onChoose={setHowLong} />
          )}
          <ActRefused error={error} />
        </ActForm>
      )}
    </ActDialog>
  );
}

/** How it is before anything is decided. */
function Before({ membership, admission }: { membership: Membership; admission: Admission | undefined }) {
  const { node, network, controller } = membership;
  const isIn = (admission?.controller ?? controller)?.authorized === true;
  const verdict = admission?.verdict;
  return (
    <li>
      <Mark is={isIn ? 'fine' : 'waiting'} />
      <span>
        {node.name} in {network.name ?? network.id}
      </span>
      <small>{isIn ? 'authorized' : 'not authorized'}</small>
      {verdict && (
        <p className={css.under}>
          {verdict.verdict === 'deny' ? 'denied' : 'authorized'} by {verdict.by} <Age at={verdict.at} ago />
        </p>
      )}
    </li>
  );
}

/** One line for each network. */
function linesOf(about: readonly Membership[], verdict: Verdict, howLong?: string): string {
  const networks = new Map<string, string[]>();
  for (const { node, network } of about) {
    const name = network.name ?? network.id;
    networks.set(name, [...(networks.get(name) ?? []), node.name]);
  }
  const end = howLong === undefined ? [] : ['--for', howLong];
  const lines = [...networks].map(([network, nodes]) => {
    const [only = '', ...others] = nodes;
    if (others.length === 0) return lineOf('membership', verdict, only, network, ...end);
    const each = [`orrery membership ${verdict} "$node"`, shellWord(network), ...end].join(' ');
    return `for node in ${nodes.map(shellWord).join(' ')}; do ${each}; done`;
  });
  return lines.join('; ');
}

type Answered = ReadonlyMap<string, 'asked' | Error>;

/** What stood about each when somebody looked, so that nobody decides over what somebody else decided meanwhile. */
function useSeenAdmissions(about: readonly Membership[], { enabled }: { enabled: boolean }) {
  // Under a key that no event touches: what was seen stays what was seen.
  const { data, error, isFetching } = useQuery({
    queryKey: ['seen admissions', about.map(membershipKey)],
    queryFn: async ({ signal }) => {
      const seen = new Map<string, Admission>();
      await eachOf(about, async (one) => {
        const path = { network: one.network.id, node: one.node.name };
        const admission = await read(ADMISSION, { path }, signal).catch((failed: unknown) => {
          if (failed instanceof ApiProblem && failed.problem.code === 'unknown-membership') return undefined;
          throw failed;
        });
        if (admission) seen.set(membershipKey(one), admission);
      });
      return seen;
    },
    staleTime: Infinity,
    gcTime: 0,
    enabled,
  });
  return { seen: isFetching ? undefined : data, error };
}

/** One after the other, a few at a time. */
async function eachOf<One>(all: readonly One[], work: (one: One) => Promise<void>): Promise<void> {
  const left = [...all];
  const next = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

function useDecision(about: readonly Membership[]) {
  const queries = useQueryClient();
  const [startedAt, setStartedAt] = useState<number>();
  const [answered, setAnswered] = useState<Answered>(new Map());
  const start = async (body: unknown, seen: ReadonlyMap<string, Admission> | undefined) => {
    setStartedAt(Date.now());
    await eachOf(about, async (one) => {
      const key = membershipKey(one);
      const path = { network: one.network.id, node: one.node.name };
      const version = seen?.get(key)?.version;
      const headers = { 'idempotency-key': newKey(), ...(version !== undefined && { 'if-match': `"${version}"` }) };
      const answer = await change(`PUT ${ADMISSION}`, { path }, body, headers).then(
        () => 'asked' as const,
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      );
      setAnswered((before) => new Map(before).set(key, answer));
    });
    await queries.invalidateQueries();
  };
  const forget = () => {
    setStartedAt(undefined);
    setAnswered(new Map());
  };
  return { startedAt, answered, start, forget };
}

const isConflict = (answer: 'asked' | Error | undefined): boolean =>
  answer instanceof ApiProblem && answer.problem.code === 'revision-conflict';

interface ProgressProps {
  verdict: Verdict;
  about: readonly Membership[];
  startedAt: number;
  answered: Answered;
  /** About those that somebody else changed meanwhile. */
  onDecideAgain: (about: readonly Membership[]) => void;
}

function Progress({ verdict, about, startedAt, answered, onDecideAgain }: ProgressProps) {
  const { items } = useList('/v1/memberships', onlyThese(about));
  const observedAt = useRef(new Map<string, number>());
  const now = new Map(items.map((one) => [membershipKey(one), one]));
  const rows = about.map((before) => {
    const key = membershipKey(before);
    const answer = answered.get(key);
    const isSo = answer === 'asked' && isObserved(now.get(key) ?? before, verdict);
    if (isSo && !observedAt.current.has(key)) observedAt.current.set(key, Date.now());
    return { key, one: now.get(key) ?? before, answer, at: observedAt.current.get(key) };
  });
  const done = rows.filter(({ at }) => at !== undefined).length;
  const failed = rows.filter(({ answer }) => answer instanceof Error).length;
  const isOpen = done + failed < rows.length;
  const clock = useTicking(isOpen);
  const said = verdict === 'authorize' ? 'authorized' : 'denied';
  const changed = about.filter((one) => isConflict(answered.get(membershipKey(one))));
  return (
    <div role="status">
      <p className={css.sentence}>
        {done} of {rows.length} {said}
        {failed > 0 && `; ${failed} refused`}
      </p>
      <div className={css.progress} aria-hidden="true">
        <i style={{ flexGrow: done }} />
        <b style={{ flexGrow: rows.length - done }} />
      </div>
      <ol className={css.list}>
        {rows.map(({ key, ...row }) => (
          <Decided key={key} {...row} ms={Math.max(0, (row.at ?? clock) - startedAt)} />
        ))}
      </ol>
      {!isOpen && changed.length > 0 && (
        <p className={css.hint}>
          <Button onClick={() => onDecideAgain(changed)}>See what is there now</Button>
        </p>
      )}
      {isOpen && <p className={css.hint}>You can leave this page; each is shown once its controller says so.</p>}
    </div>
  );
}

/** All memberships of a fleet are many more than those that a decision is about. */
function onlyThese(about: readonly Membership[]): { network?: string; node?: string } {
  const [first, ...others] = about;
  const isAlike = (of: (one: Membership) => string) => first && others.every((one) => of(one) === of(first));
  return {
    network: isAlike(({ network }) => network.id) ? first?.network.id : undefined,
    node: isAlike(({ node }) => node.id) ? first?.node.id : undefined,
  };
}

interface DecidedProps {
  one: Membership;
  answer: 'asked' | Error | undefined;
  /** When its controller said so. */
  at: number | undefined;
  ms: number;
}

function Decided({ one, answer, at, ms }: DecidedProps) {
  const { node, network } = one;
  return (
    <li>
      <Mark is={stateOf(answer, at)} />
      <span>
        {node.name} in {network.name ?? network.id}
      </span>
      <small aria-hidden={at === undefined}>{answer instanceof Error ? 'refused' : timeWord(ms, at ? 2 : 1)}</small>
      {isConflict(answer) ? (
        <div className={css.under}>
          <DecidedMeanwhile node={node.name} network={network.id} />
        </div>
      ) : answer instanceof Error ? (
        <Why error={answer} />
      ) : (
        <p className={css.under}>{wordOf(one, answer, at)}</p>
      )}
    </li>
  );
}

function Why({ error }: { error: Error }) {
  const { fix, code } = error instanceof ApiProblem ? error.problem : { fix: undefined, code: undefined };
  return (
    <div className={css.under}>
      <p>
        {error.message}. {fix}
      </p>
      {code && (
        <small>
          code <code>{code}</code>
        </small>
      )}
    </div>
  );
}

/** What the controller says counts, not what it was asked. */
const isObserved = ({ controller }: Membership, verdict: Verdict): boolean =>
  controller?.authorized === (verdict === 'authorize');

function stateOf(answer: 'asked' | Error | undefined, at: number | undefined): State {
  if (answer instanceof Error) return 'failed';
  return at === undefined ? 'working' : 'fine';
}

function wordOf({ status, addresses }: Membership, answer: 'asked' | undefined, at: number | undefined): string {
  if (answer === undefined) return 'asking';
  if (at === undefined) return 'asked; waiting for its controller to say so';
  return ['its controller says so', status && `zerotier-one says ${status}`, addresses.join(', ')]
    .filter(Boolean)
    .join('; ');
}
