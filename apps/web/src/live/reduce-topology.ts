import { kindOf, type FleetEvent } from './fleet-event.js';
import { reducePath } from './reduce-path.js';
import { membershipKey, TopologyDraft, type Kept, type Standing, type Thing } from './topology-draft.js';

/*
 * What `judge-topology.ts` of the API makes of what is stored is made here of events, where the topology that is kept and the event are enough to
 * tell. Where they are not, the answer is undefined, and only a look tells.
 */

type Data = Readonly<Record<string, unknown>>;
type Reduce = (draft: TopologyDraft, event: FleetEvent, kind: string) => boolean;

/** The same topology as a fresh look would give, except for `at`. Pure. Undefined: only a look tells. */
export function afterEvents(kept: Kept, events: readonly FleetEvent[]): Kept | undefined {
  const draft = new TopologyDraft(kept);
  for (const event of events) {
    const kind = kindOf(event);
    if (!reducerOf(kind)(draft, event, kind)) return undefined;
  }
  return draft.done();
}

/** No topology shows what these are about. */
const nothing: Reduce = () => true;
const look: Reduce = () => false;

const reducerOf = (kind: string): Reduce => {
  const own = Object.hasOwn(BY_KIND, kind) ? BY_KIND[kind] : undefined;
  const family = kind.slice(0, kind.indexOf('.'));
  return own ?? (Object.hasOwn(BY_FAMILY, family) ? (BY_FAMILY[family] ?? look) : look);
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const within = (value: unknown): Data | undefined =>
  typeof value === 'object' && value !== null ? (value as Data) : undefined;
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

const MOST_WHY = 200;
const MOST_NAME = 100;
const MOST_ADDRESSES = 8;

/** Cut as the API does it (`fitText`). */
function fitting(why: string): string {
  if (why.length <= MOST_WHY) return why;
  const end = MOST_WHY - 1;
  return `${why.slice(0, /[\ud800-\udbff]/.test(why.charAt(end - 1)) ? end - 1 : end)}…`;
}
const standing = (state: Standing['state'], why: string): Standing => ({ state, ...(why && { why: fitting(why) }) });
const FINE: Standing = { state: 'fine' };

/** What is on a host that is not heard from is shown as that, whatever it was; what it was is not known any more. */
function unheard(draft: TopologyDraft, host: string): boolean {
  for (const thing of draft.thingsOf(host)) draft.forget(thing);
  return true;
}

const AWAY = 'away';

const hostUnreachable: Reduce = (draft, { orreryhost }) => {
  const id = orreryhost ?? '';
  const before = draft.host(id)?.state;
  if (before === undefined || before === 'away') return true;
  const isKnown = draft.isHeard(id);
  for (const thing of draft.thingsOf(id)) {
    const why = thing.kind === 'hosts' ? 'three heartbeats were missed' : 'its host is unreachable';
    // Of one thing two covers are not kept.
    const isPlain = draft.coveredBy(thing) === undefined;
    if (isKnown && isPlain) draft.cover(thing, AWAY, standing('away', why));
    else draft.set(thing, standing('away', why));
  }
  if (!isKnown) return unheard(draft, id);
  return true;
};

const hostOnline: Reduce = (draft, { orreryhost }) => {
  const id = orreryhost ?? '';
  const things = draft.thingsOf(id);
  if (draft.host(id) === undefined || draft.isHeard(id)) return draft.host(id) !== undefined;
  if (!things.every((thing) => draft.coveredBy(thing) === AWAY)) return false;
  for (const thing of things) draft.uncover(thing);
  return true;
};

const hostPaused: Reduce = (draft, { orreryhost }, kind) => {
  const host: Thing = { kind: 'hosts', id: orreryhost ?? '' };
  const before = draft.standing(host)?.state;
  if (before === undefined) return true;
  if (!draft.isHeard(host.id)) return unheard(draft, host.id);
  if (before === 'failed') draft.forget(host);
  else draft.set(host, kind === 'host.paused' ? standing('waiting', 'it is paused') : FINE);
  return true;
};

const DAEMON = 'daemon';

/** A node answers, or does not. Its item and errors about it count for more. */
const nodeReported: Reduce = (draft, { data }, kind) => {
  const node = draft.node(text(data.node));
  if (!node) return true;
  const after = within(data.after);
  if (after && text(after.address) !== node.address) return false;
  if (!draft.isHeard(node.host)) return unheard(draft, node.host);
  const thing: Thing = { kind: 'nodes', id: node.id };
  const isDaemon = draft.coveredBy(thing) === DAEMON;
  // The own daemon of a host of which nothing is desired: only the API says why it need not answer.
  if (node.kind === 'host' && !draft.places.membershipsOf.has(node.id)) {
    if (kind === 'node.down' || !after) return false;
    if (node.state === 'fine') draft.set(thing, FINE);
  }
  // `unknown`, on a host that is heard from, always says that the daemon does not answer.
  if (node.state === 'unknown' && !isDaemon) draft.set(thing, FINE);
  if (node.state === 'waiting') return true;
  if (node.state === 'failed' && !isDaemon) {
    const isFinding = draft.coveredBy(thing) !== undefined;
    draft.forget(thing);
    return isFinding;
  }
  if (kind !== 'node.down' && after) draft.uncover(thing);
  else {
    const why = kind === 'node.down' ? text(data.cause) : 'its zerotier-one does not answer';
    draft.cover(thing, DAEMON, standing(kind === 'node.down' ? 'failed' : 'unknown', why));
  }
  return true;
};

const BY_STATUS = 'zerotier-one reports ';

/** Of what Orrery made, the item says how it stands; of what it found, the status. Which of both is not shown. */
const membershipReported: Reduce = (draft, { data }) => {
  const node = text(data.node);
  if (!draft.places.nodes.has(node)) return true;
  const network = text(data.network);
  const membership = draft.membership(membershipKey(node, network));
  const after = within(data.after);
  if (!membership || !after || !isNamed(draft, network, text(after.name))) return false;
  const host = draft.node(node)?.host ?? '';
  if (!draft.isHeard(host)) return unheard(draft, host);
  if (membership.state === 'fine') return after.status === 'OK';
  draft.forget({ kind: 'memberships', id: membershipKey(node, network) });
  return !(membership.why ?? '').startsWith(BY_STATUS);
};

/** A report cannot change the name: Orrery gave it one, or it is the one that is shown. */
function isNamed(draft: TopologyDraft, network: string, name: string): boolean {
  const known = draft.before.networks.find(({ id }) => id === network);
  return known !== undefined && (known.kept || known.name === name.slice(0, MOST_NAME));
}

const interfaceReported: Reduce = (draft, { data }) => {
  const node = text(data.node);
  if (!draft.places.nodes.has(node)) return true;
  if (typeof data.network !== 'string') return false;
  const id = membershipKey(node, data.network);
  if (!draft.membership(id)) return true;
  // A host may report two devices for one network.
  const device = text(data.device);
  if ((draft.devices.get(id) ?? device) !== device) return false;
  draft.devices.set(id, device);
  draft.addresses(id, texts(within(data.after)?.addresses).slice(0, MOST_ADDRESSES));
  return true;
};

/** What a finding is about: a membership, a node, or else its host. */
function aboutOf(draft: TopologyDraft, { orreryhost, data }: FleetEvent): Thing | undefined {
  const [node, network] = [text(data.node), text(data.network)];
  const things: Thing[] = [
    { kind: 'memberships', id: membershipKey(node, network) },
    { kind: 'nodes', id: node },
    { kind: 'hosts', id: orreryhost ?? '' },
  ];
  return things.find((thing) => draft.has(thing));
}

const findingChanged: Reduce = (draft, event, kind) => {
  const { orreryhost, data } = event;
  const about = aboutOf(draft, event);
  if (!about || orreryhost === null) return true;
  const finding = within(data.finding);
  const code = text(finding?.code) || text(data.code);
  // It also says that an address counts for another node.
  if (code === 'address-claimed') return false;
  if (!draft.isHeard(orreryhost)) return unheard(draft, orreryhost);
  const by = JSON.stringify([code, data.source ?? '', data.node ?? '', data.network ?? '', data.item ?? '']);
  const coveredBy = draft.coveredBy(about);
  const isOurs = coveredBy === by;
  const isFailed = draft.standing(about)?.state === 'failed';
  if (kind === 'finding.raised' && finding?.severity === 'error')
    return raised(draft, about, { by, isOurs, why: text(finding.cause) });
  if (isOurs) draft.uncover(about);
  // Only an error shows, and of several the first: what stands as if there were none, or is covered by one, has no other.
  return !isFailed || coveredBy !== undefined;
};

function raised(draft: TopologyDraft, about: Thing, { by, isOurs, why }: { by: string; isOurs: boolean; why: string }) {
  const coveredBy = draft.coveredBy(about);
  const isFailed = draft.standing(about)?.state === 'failed';
  if (isFailed && !isOurs && coveredBy !== DAEMON) return false;
  if (coveredBy !== undefined && !isOurs) {
    draft.forget(about);
    draft.set(about, standing('failed', why));
  } else draft.cover(about, by, standing('failed', why));
  return true;
}

/** What became of a membership or a container. An older revision of it counts no more. */
const itemSettled: Reduce = (draft, { data }) => {
  const desired = within(data.desired);
  const node = draft.node(text(data.node));
  if (!desired || !node) return desired !== undefined;
  if (desired.revision !== data.revision || desired.kind === 'router') return true;
  const isMembership = desired.kind === 'membership';
  const about: Thing = isMembership
    ? { kind: 'memberships', id: membershipKey(node.id, text(data.network)) }
    : { kind: 'nodes', id: node.id };
  const before = draft.standing(about)?.state;
  if (before === undefined) return false;
  if (!draft.isHeard(node.host)) return unheard(draft, node.host);
  const { kind, cause } = within(data.outcome) ?? {};
  const isDone = kind === 'done';
  // It is not desired any more, and whether it is there depends on what its host reports.
  if (isDone && desired.intent === 'absent') return false;
  const settled = isDone ? FINE : standing(kind === 'failed' ? 'failed' : 'waiting', text(cause));
  // Why it failed is not known, and may be a finding that goes on; what covers it goes on as well.
  if (settled.state !== 'failed' && (before === 'failed' || draft.coveredBy(about) !== undefined)) return false;
  // How its daemon is counts again.
  if (!isMembership && settled.state === 'fine') return before === 'fine';
  draft.forget(about);
  draft.set(about, settled);
  return true;
};

const containerRemoved: Reduce = (_draft, { data }) => within(data.after) !== undefined;

const BY_KIND: Readonly<Record<string, Reduce>> = {
  'host.unreachable': hostUnreachable,
  'host.online': hostOnline,
  'host.paused': hostPaused,
  'host.resumed': hostPaused,
  'host.started': nothing,
  'host.engine-up': nothing,
  'host.engine-down': nothing,
  'host.rotated': nothing,
  'node.up': nodeReported,
  'node.online': nodeReported,
  'node.offline': nodeReported,
  'node.changed': nodeReported,
  'node.heard': nodeReported,
  'node.down': nodeReported,
  'network.joined': membershipReported,
  'network.changed': membershipReported,
  'network.not-found': membershipReported,
  'authorization.requested': membershipReported,
  'authorization.granted': membershipReported,
  'authorization.revoked': membershipReported,
  'route.added': interfaceReported,
  'route.removed': interfaceReported,
  'route.conflict': nothing,
  'path.direct': reducePath,
  'path.relayed': reducePath,
  'path.lost': reducePath,
  'finding.raised': findingChanged,
  'finding.cleared': findingChanged,
  'container.created': nothing,
  'container.started': nothing,
  'container.paused': nothing,
  'container.unpaused': nothing,
  'container.changed': nothing,
  'container.died': nothing,
  'container.removed': containerRemoved,
  'item.progress': nothing,
  'item.settled': itemSettled,
  'command.delivered': nothing,
  'command.waiting': nothing,
  'command.done': nothing,
  'command.failed': nothing,
};

const BY_FAMILY: Readonly<Record<string, Reduce>> = {
  interface: interfaceReported,
  address: interfaceReported,
  probe: nothing,
  admission: nothing,
  token: nothing,
  access: nothing,
  workload: nothing,
  router: nothing,
};
