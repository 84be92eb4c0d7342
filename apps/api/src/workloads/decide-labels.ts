import { createHash } from 'node:crypto';
import type {
  HostId,
  Name,
  NetworkId,
  NodeAddress,
  NodeId,
  ObservedWorkload,
  Workload,
} from '@orrery/shared/contracts';
import { attachmentName } from '../containers/container-spec.js';
import type { WantedContainer, WantedMembership } from '../wanted/wanted-items.js';
import {
  judgeLabels,
  type AddressHolder,
  type JudgedClaim,
  type JudgedLabels,
  type LabelGround,
  type LabelNetwork,
} from './judge-labels.js';

/** The most attachments that labels can make on one host: a hostile one could name workloads without end. */
export const MOST_BY_LABEL = 256;

/** Times are milliseconds of the database's clock. */
export interface LabelledMembership extends WantedMembership {
  unclaimedSince: number | null;
  /** The fixed addresses of its node that are desired there, and who said so. */
  fixed: { addresses: readonly string[]; by: string } | null;
}

export interface LabelledAttachment {
  container: WantedContainer & { workload: Workload };
  /** ZeroTier address of its node, if it is known. */
  address: NodeAddress | null;
  unclaimedSince: number | null;
  memberships: LabelledMembership[];
}

/** Everything about one host that its labels can change. */
export interface LabelledHost {
  id: HostId;
  name: string;
  workloads: ObservedWorkload[];
  attachments: LabelledAttachment[];
  /** Names of all of its containers, including those that are being removed. */
  taken: ReadonlySet<string>;
}

/** How long what labels made stays when its workload is gone, in milliseconds. */
export interface Graces {
  membership: number;
  identity: number;
}

/** Fixed addresses to set, at a node whose ZeroTier address is known. */
export interface FixedAddress {
  node: NodeId;
  address: NodeAddress;
  network: NetworkId;
  addresses: string[];
}

/** A claim that has an effect. */
type Granted = JudgedClaim & { id: NetworkId };

/** What to change for one workload. Empty lists: nothing. */
export interface LabelDecision {
  /** A new attachment under this name, or one that is being removed and comes back. */
  attach?: { workload: Workload; name: Name; networks: Granted[]; again?: LabelledAttachment };
  of?: LabelledAttachment;
  join: NetworkId[];
  leave: NetworkId[];
  remove?: true;
  /** Networks whose claim has just ended, or has come back; null: the container itself. */
  unclaimed: (NetworkId | null)[];
  claimed: (NetworkId | null)[];
  fix: FixedAddress[];
  /** When the next grace ends, if nothing changes until then. */
  nextAt: number;
}

export interface DecidedLabels {
  judged: Map<Workload, JudgedLabels>;
  decisions: LabelDecision[];
  /** Workloads beyond what labels can attach on one host. */
  tooMany: Workload[];
  /** When the next grace ends; infinite: none does. */
  nextAt: number;
}

/**
 * What the labels of a host's workloads change. Level-triggered and pure: applied once, the same input changes nothing more.
 * What a command made is never taken back here.
 */
export function decideLabels(
  host: LabelledHost,
  ground: LabelGround,
  { now, graces }: { now: number; graces: Graces },
): DecidedLabels {
  const judged = new Map<Workload, JudgedLabels>();
  const decisions: LabelDecision[] = [];
  const tooMany: Workload[] = [];
  const taken = new Set(host.taken);
  const seen = new Set<LabelledAttachment>();
  let room = MOST_BY_LABEL - host.attachments.filter(({ container }) => container.byLabel).length;
  const given = new Given(ground);
  for (const observed of host.workloads) {
    const own = attachmentOf(observed, host);
    const labels = judgeLabels(observed, own?.address ?? null, given);
    // Two references to one container: only the first one with labels counts, and both have the same.
    if (own && seen.has(own)) continue;
    judged.set(observed.workload, labels);
    for (const claim of granted(labels)) given.note(claim, own?.address ?? null, observed);
    if (own && own.container.intent === 'present') {
      seen.add(own);
      decisions.push(follow(own, labels.claims, now, graces));
      continue;
    }
    if (granted(labels).length === 0) continue;
    if (own) seen.add(own);
    else if (room-- <= 0) {
      tooMany.push(observed.workload);
      continue;
    }
    const name = own?.container.name ?? freeName(observed.workload, taken);
    taken.add(name);
    decisions.push(attach(observed.workload, name, granted(labels), own));
  }
  for (const own of host.attachments)
    if (!seen.has(own) && own.container.intent === 'present') decisions.push(follow(own, [], now, graces));
  const nextAt = Math.min(...decisions.map((decision) => decision.nextAt));
  return { judged, decisions: decisions.filter(changesSomething), tooMany, nextAt };
}

/** By the same reference, or by another one to the same container. */
export function attachmentOf(
  { workload, engineId }: ObservedWorkload,
  { attachments, workloads }: Pick<LabelledHost, 'attachments' | 'workloads'>,
): LabelledAttachment | undefined {
  const also = workloads.filter((one) => one.engineId === engineId).map((one) => one.workload);
  const found = attachments.filter(
    ({ container }) => container.workload === workload || also.includes(container.workload),
  );
  return found.find(({ container }) => container.intent === 'present') ?? found[0];
}

const granted = ({ claims }: JudgedLabels): Granted[] => claims.filter(isGranted);
const isGranted = (claim: JudgedClaim): claim is Granted => claim.id !== null && !claim.refusal;

const attach = (workload: Workload, name: Name, networks: Granted[], again?: LabelledAttachment): LabelDecision => ({
  attach: { workload, name, networks, ...(again && { again }) },
  ...{ join: [], leave: [], unclaimed: [], claimed: [], fix: [], nextAt: Infinity },
});

/** An attachment that is there: joins what its labels ask for, and takes back what they no longer do. */
function follow(own: LabelledAttachment, claims: readonly JudgedClaim[], now: number, graces: Graces): LabelDecision {
  const { container, memberships, address } = own;
  const present = memberships.filter(({ intent }) => intent === 'present');
  const asked = new Map<NetworkId, JudgedClaim>();
  for (const claim of claims) if (claim.id !== null) asked.set(claim.id, claim);
  const join = claims.filter(isGranted).filter(({ id }) => !present.some(({ networkId }) => networkId === id));
  const decision: LabelDecision = {
    ...{ of: own, join: join.map(({ id }) => id), leave: [], unclaimed: [], claimed: [], fix: [] },
    nextAt: Infinity,
  };
  for (const membership of present) {
    const { networkId, byLabel, unclaimedSince } = membership;
    const claim = asked.get(networkId);
    if (byLabel && claim?.ends) decision.leave.push(networkId);
    else if (byLabel && !claim) {
      if (unclaimedSince === null) lapse(decision, networkId, now + graces.membership);
      else if (isOver(decision, unclaimedSince + graces.membership, now)) decision.leave.push(networkId);
    } else if (unclaimedSince !== null && claim) decision.claimed.push(networkId);
    if (claim && !claim.refusal) decision.fix.push(...fixed(own, membership, claim, address));
  }
  const staying = present.length + decision.join.length - decision.leave.length;
  if (container.byLabel && staying === 0) endContainer(own, decision, { asked, now, graces });
  else if (own.unclaimedSince !== null) decision.claimed.push(null);
  return decision;
}

/** Nothing keeps the container. If the owners of its networks took them away, its identity goes at once. */
function endContainer(
  { memberships, unclaimedSince }: LabelledAttachment,
  decision: LabelDecision,
  { asked, now, graces }: { asked: ReadonlyMap<NetworkId, JudgedClaim>; now: number; graces: Graces },
): void {
  const wasTaken = decision.leave.length > 0 && decision.leave.every((network) => asked.get(network)?.ends);
  const isGone = memberships.every(({ intent }) => intent === 'absent') && [...asked.values()].some(({ ends }) => ends);
  if (wasTaken || isGone) decision.remove = true;
  else if (unclaimedSince === null) lapse(decision, null, now + graces.identity);
  else if (isOver(decision, unclaimedSince + graces.identity, now)) decision.remove = true;
}

function lapse(decision: LabelDecision, what: NetworkId | null, at: number): void {
  decision.unclaimed.push(what);
  decision.nextAt = Math.min(decision.nextAt, at);
}

function isOver(decision: LabelDecision, at: number, now: number): boolean {
  if (now >= at) return true;
  decision.nextAt = Math.min(decision.nextAt, at);
  return false;
}

/** A label that no longer names an address gives back the one that it had set, and not one that a person did. */
function fixed(
  { container }: LabelledAttachment,
  { networkId: network, fixed: now }: LabelledMembership,
  { address: asked }: JudgedClaim,
  address: NodeAddress | null,
): FixedAddress[] {
  if (address === null) return [];
  const about = { node: container.nodeId, address, network };
  const isSet = now?.addresses.length === 1 && now.addresses[0] === asked;
  if (asked !== null) return isSet ? [] : [{ ...about, addresses: [asked] }];
  const isOurs = now !== null && now.addresses.length > 0 && now.by.startsWith(BY_LABEL);
  return isOurs ? [{ ...about, addresses: [] }] : [];
}

/** `label HOST/NAME`: on whose behalf labels change something. */
export const BY_LABEL = 'label ';

/** Two workloads can have the same name with dashes; the second gets a few digits of its own. */
function freeName(workload: Workload, taken: ReadonlySet<string>): Name {
  const name = attachmentName(workload);
  if (!taken.has(name)) return name;
  const digits = createHash('sha256').update(workload).digest('hex').slice(0, 8);
  return `${name.slice(0, 54).replace(/-+$/, '')}-${digits}`;
}

/** Remembers the addresses that this look has given out, so that it gives none of them twice. */
class Given implements LabelGround {
  readonly #given = new Map<string, AddressHolder[]>();

  constructor(private readonly ground: LabelGround) {}

  network(reference: string): LabelNetwork | undefined {
    return this.ground.network(reference);
  }

  holders(network: NetworkId, address: string): readonly AddressHolder[] {
    return [...this.ground.holders(network, address), ...(this.#given.get(`${network} ${address}`) ?? [])];
  }

  note({ id, address }: Granted, own: NodeAddress | null, { name, workload }: ObservedWorkload): void {
    if (address === null) return;
    // A node without a ZeroTier address yet differs from every other one by its workload.
    const holder = { address: own ?? workload, name };
    this.#given.set(`${id} ${address}`, [...(this.#given.get(`${id} ${address}`) ?? []), holder]);
  }
}

const changesSomething = ({ attach: added, join, leave, remove, unclaimed, claimed, fix }: LabelDecision): boolean =>
  Boolean(added ?? remove) || [join, leave, unclaimed, claimed, fix].some((list) => list.length > 0);
