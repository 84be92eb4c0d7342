import type { AgentFact, ObservedState } from '@orrery/shared/contracts';
import { findingKey, type Memory, type RaisedFinding } from '../memory.js';
import { isUndetermined } from './findings.js';
import type { DoctorStanding, FoundCause } from './found-cause.js';
import type { Holds } from '../holds.js';

/** What is new about the findings: raised once they have held long enough, cleared as soon as they are seen to be gone. */
export function tellFindings(
  raised: Memory['findings'],
  found: readonly FoundCause[],
  observed: ObservedState,
  { holds, now, doctor }: { holds: Holds<string>; now: number; doctor?: DoctorStanding | undefined },
): { facts: AgentFact[]; findings: Memory['findings'] } {
  const facts: AgentFact[] = [];
  const findings: Memory['findings'] = {};
  const seen = new Map(found.map((cause) => [findingKey(cause, cause.code), cause]));
  holds.keepOnly(seen.keys());
  for (const [key, cause] of seen) {
    const known = raised[key];
    if (holds.heldFor(key, '', now) < cause.holdMs && !known) continue;
    const finding = asRaised(cause);
    findings[key] = finding;
    if (known?.finding.cause !== cause.cause)
      facts.push({ type: 'finding.raised', data: finding }, ...(cause.also ?? []));
  }
  for (const [key, known] of Object.entries(raised)) {
    if (findings[key]) continue;
    const { finding, ...about } = known;
    if (isUndetermined({ node: about.node, network: about.network, code: finding.code }, observed, doctor))
      findings[key] = known;
    else facts.push({ type: 'finding.cleared', data: { ...about, code: finding.code } });
  }
  return { facts, findings };
}

const asRaised = ({ node, network, item, code, severity, cause, fix, facts }: FoundCause): RaisedFinding => ({
  node,
  network,
  item,
  finding: { code, severity, cause, fix, ...(facts && { facts }) },
});
