import { durationSeconds, matches, Selector, type AdmissionPolicy, type Labels } from '@orrery/shared/contracts';

/** What is known of one node in one network that Orrery keeps. Times are milliseconds of the database's clock. */
export interface Candidate {
  /** Somebody wants one of our nodes in this network: since when, and on what host. Null: nobody does. */
  wanted: { since: number; labels: Labels } | null;
  /** What a person said; `verdict` null: nothing about who gets in. */
  said: { verdict: 'authorize' | 'deny' | null; until: number | null; by: string } | null;
  /** What the controller says; `admittedBy`: by what we authorized it, null when somebody else did. */
  record: { authorized: boolean; admittedBy: string | null } | null;
  /** Several nodes show this address, and Orrery gave it to none of them. */
  isContested: boolean;
}

/** `by` goes into events: a token's name, or `admission: fleet`. `why` is a sentence. */
export interface Decision {
  authorize: boolean;
  by: string;
  why: string;
}

const no = (by: string, why: string): Decision => ({ authorize: false, by, why });

/**
 * Who gets into a network. A person's word goes first; then the network's policy, for nodes that Orrery launched or was told to let
 * join; who was admitted for a reason that is gone has to go. Null: nothing here says anything, and the controller keeps what it has.
 */
export function decide(
  policy: AdmissionPolicy,
  { wanted, said, record, isContested }: Candidate,
  now: number,
): Decision | null {
  if (said?.verdict === 'deny') return no(said.by, `denied by ${said.by}`);
  if (said?.verdict === 'authorize')
    return said.until === null || said.until > now
      ? { authorize: true, by: said.by, why: `authorized by ${said.by}` }
      : no('admission: expired', `the time for which ${said.by} authorized it is over`);
  // Nobody can tell whose it is: neither of those who show it gains by that, and neither loses.
  if (isContested) return null;
  // Somebody let it in on the controller itself: what no policy gave, no policy takes back.
  const isTheirs = record?.authorized === true && record.admittedBy === null;
  if (wanted) return byPolicy(policy, wanted);
  const isOurs = record?.authorized === true && record.admittedBy !== null;
  if (!isOurs || policy.onLeave === 'keep') return null;
  return no('admission: left', 'nobody wants it in this network any more');

  function byPolicy({ by, selector, for: howLong }: AdmissionPolicy, { since, labels }: NonNullable<typeof wanted>) {
    if (by === 'manual') return null;
    if (by === 'selector' && !matches(Selector.parse(selector), labels))
      return !record?.admittedBy
        ? null
        : no('admission: selector', `its host does not match ${String(selector)} any more`);
    if (howLong !== null && since + durationSeconds(howLong) * 1000 <= now)
      return isTheirs ? null : no('admission: expired', `the time for which the network admits is over`);
    const why = by === 'fleet' ? 'Orrery wants it there' : `its host matches ${String(selector)}`;
    return { authorize: true, by: `admission: ${by}`, why };
  }
}
