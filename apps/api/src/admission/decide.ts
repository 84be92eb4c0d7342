import { durationSeconds, matches, Selector, type AdmissionPolicy, type Labels } from '@orrery/shared/contracts';

/** Everything known about one node in one network that Orrery keeps. Times are milliseconds of the database's clock. */
export interface Candidate {
  /** Since when one of our nodes is desired in this network, and the labels of its host. Null if none is. */
  wanted: { since: number; labels: Labels } | null;
  /** What a person decided. `verdict` is null if that was not about authorization. */
  said: { verdict: 'authorize' | 'deny' | null; until: number | null; by: string } | null;
  /**
   * The controller's record. `admittedBy` is the reason for which Orrery authorized the node, or null if someone else
   * did.
   */
  record: { authorized: boolean; admittedBy: string | null } | null;
  /** Several nodes show this address, and Orrery assigned it to none of them. */
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
 * Decides whether a node is authorized. A person's verdict comes first, then the network's policy for nodes that Orrery
 * launched or was told to join. A node that was admitted for a reason that no longer holds is deauthorized. Null: no
 * rule applies, and the controller keeps its state.
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
      : no('admission: expired', `the authorization by ${said.by} has expired`);
  // The owner is unknown, so none of the nodes that show the address gain or lose by that.
  if (isContested) return null;
  // Someone authorized it on the controller itself, and a policy does not take back what it did not grant.
  const isTheirs = record?.authorized === true && record.admittedBy === null;
  if (wanted) return byPolicy(policy, wanted);
  const isOurs = record?.authorized === true && record.admittedBy !== null;
  if (!isOurs || policy.onLeave === 'keep') return null;
  return no('admission: left', 'it is no longer desired in this network');

  function byPolicy({ by, selector, for: howLong }: AdmissionPolicy, { since, labels }: NonNullable<typeof wanted>) {
    if (by === 'manual') return null;
    if (by === 'selector' && !matches(Selector.parse(selector), labels))
      return !record?.admittedBy ? null : no('admission: selector', `its host no longer matches ${String(selector)}`);
    if (howLong !== null && since + durationSeconds(howLong) * 1000 <= now)
      return isTheirs ? null : no('admission: expired', 'the time limit of the admission policy has passed');
    const why = by === 'fleet' ? 'it is desired in this network' : `its host matches ${String(selector)}`;
    return { authorize: true, by: `admission: ${by}`, why };
  }
}
