import type { DoctorCode, Explained, FindingFacts, Item, NetworkId, NodeId } from '@orrery/shared/contracts';
import type { DaemonEvidence, MachineEvidence, NodeEvidence, Seen } from '@orrery/shared/machine';

/** Everything that the checks judge by: gathered once, then plain data. */
export interface Evidence extends MachineEvidence {
  items: readonly Item[];
  /** Bytes that are free on the disk with the journal. */
  room: Seen<number>;
  /** How often the connection to NATS was lost within the last ten minutes. */
  uplinkDrops: number;
  /** For how long a node has not heard from anybody, or from any root. */
  silentMs: (node: NodeId, to: 'anybody' | 'roots') => number;
}

export interface Found extends Explained<DoctorCode> {
  node: NodeId | null;
  network: NetworkId | null;
  severity: 'info' | 'warning' | 'error';
  facts?: FindingFacts;
}

/** What a check says: `found` names each cause; `unknown` says why it cannot tell. */
export type Verdict =
  { result: 'found'; found: readonly [Found, ...Found[]] } | { result: 'fine' } | { result: 'unknown'; why: string };

/** A plain function of the evidence. */
export type Check = (evidence: Evidence) => Verdict;

/** The results of all checks of one look. */
export type Checked = ReadonlyMap<DoctorCode, Verdict>;

export const FINE: Verdict = { result: 'fine' };
export const unknown = (why: string): Verdict => ({ result: 'unknown', why });

/** About the whole machine. */
export const here = (
  severity: Found['severity'],
  explained: Explained<DoctorCode>,
  facts: FindingFacts = {},
): Verdict => ({
  result: 'found',
  found: [
    {
      ...{ node: null, network: null, severity, ...explained },
      ...(Object.keys(facts).length > 0 && { facts }),
    },
  ],
});

const wantedIn = ({ items }: Evidence): ReadonlySet<NodeId> =>
  new Set(items.flatMap((item) => (item.intent === 'present' ? [item.node] : [])));

/** The nodes that are desired in a network: only what is wrong with these is worth a finding. */
export function wantedNodes(evidence: Evidence): readonly NodeEvidence[] {
  const wanted = wantedIn(evidence);
  return evidence.nodes.filter(({ node }) => wanted.has(node));
}

export const wantsContainers = ({ items }: Evidence): boolean =>
  items.some((item) => item.intent === 'present' && (item.kind === 'container' || item.kind === 'attachment'));

/** Judges each wanted node. Found in one is found; otherwise one that cannot be seen makes it unknown. */
export function eachNode(evidence: Evidence, judge: (node: NodeEvidence) => readonly Found[] | string): Verdict {
  const seen = wantedNodes(evidence);
  const judged = seen.map(judge);
  const [first, ...more] = judged.flatMap((one) => (typeof one === 'string' ? [] : one));
  if (first) return { result: 'found', found: [first, ...more] };
  const why = judged.find((one): one is string => typeof one === 'string');
  if (why !== undefined) return unknown(why);
  return seen.length < wantedIn(evidence).size ? unknown('the agent has not looked at every node') : FINE;
}

/** Whether it has a UDP socket. Without one it hears nobody, which has a code of its own. */
export const listens = ({ listeningOn }: DaemonEvidence): boolean =>
  listeningOn === undefined || listeningOn.length > 0;
