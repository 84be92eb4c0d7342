import {
  AgentFact,
  ApiFact,
  durationText,
  type HostRef,
  type NodeRef,
  type Probe,
  type ProbeId,
} from '@orrery/shared/contracts';

export interface ProbeEvent {
  type: string;
  data: unknown;
  at: string;
}

/** How long after its timeout the end of a probe can still be reported. */
const LATE_MS = 30_000;

/** A probe consists of its events. Undefined: there are none. */
export function readProbe(
  about: { id: ProbeId; node: NodeRef; host: HostRef; simulated: boolean },
  events: readonly ProbeEvent[],
  now: number,
): Probe | undefined {
  const told = events.flatMap(({ type, data, at }) => {
    const fact = ApiFact.safeParse({ type, data }).data ?? AgentFact.safeParse({ type, data }).data;
    return fact ? [{ fact, at }] : [];
  });
  const progress = told.flatMap(({ fact, at }) =>
    fact.type === 'probe.progress' ? [{ at, detail: fact.data.detail }] : [],
  );
  let probe: Probe | undefined;
  let lateAt = Infinity;
  for (const { fact, at } of told)
    if (fact.type === 'probe.started') {
      const { kind, target, timeoutSeconds, by } = fact.data;
      const open = { state: 'running' as const, result: null, cause: null, endedAt: null };
      lateAt = Date.parse(at) + timeoutSeconds * 1000 + LATE_MS;
      probe = { ...about, kind, target, timeout: durationText(timeoutSeconds), by, startedAt: at, progress, ...open };
    }
  if (!probe) return undefined;
  for (const { fact, at } of told) {
    if (fact.type === 'probe.finished') return { ...probe, state: 'finished', result: fact.data.result, endedAt: at };
    if (fact.type === 'probe.refused') return { ...probe, state: 'refused', cause: fact.data.cause, endedAt: at };
  }
  return lateAt < now ? { ...probe, state: 'unknown', cause: 'the host has not reported how it ended' } : probe;
}
