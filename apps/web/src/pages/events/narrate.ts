import type { Shape } from '../../api/client.js';
import { codeWord } from '../../parts/code-words.js';
import type { State } from '../../parts/mark.js';

/** An event in words. Pure; an event that a newer API made gets its type and what it is about. */
export interface Told {
  text: string;
  state: State;
  by?: string;
}

type Event = Shape<'CloudEvent'>;
/** Names by ID or address. `hasNodes`: an address that is not among them is of no node of this fleet. */
export type Names = ReadonlyMap<string, string> & { readonly hasNodes?: boolean };
/** `about`: what it is about, in words. `named`: the name of an ID or address, or itself. */
type Teller = (about: string, data: Data, named: Named) => string;
type Named = ((id: string) => string) & { hasNodes?: boolean };
type Data = Readonly<Record<string, unknown>>;

const word = (value: unknown): string => (typeof value === 'string' ? value : '');
const within = (value: unknown): Data => (typeof value === 'object' && value !== null ? (value as Data) : {});
const figure = (value: unknown): string => (typeof value === 'number' ? String(value) : '?');
const because = (data: Data): string => (word(data.cause) ? `: ${word(data.cause)}` : '');
const causeIn = (data: Data): string => because(within(data.outcome));
const nameIn = (data: Data, about: string): string => word(data.name) || about;
const peerIn: Teller = (_about, data, named) => {
  const { address, role } = within(data.after);
  const peer = word(address) || word(data.peer);
  return named(peer) === peer && (role === 'PLANET' || role === 'MOON') ? `a root (${peer})` : strange(peer, named);
};
/** A node as a name, or said to be one of others. */
const strange = (address: string, named: Named): string => {
  const name = named(address);
  if (name !== address) return name;
  return named.hasNodes ? `the node ${address}, which is not in this fleet` : address;
};
const diedOf = ({ exitCode }: Data): string => (typeof exitCode === 'number' ? `died, exit ${exitCode}` : 'died');

const NOUNS: Readonly<Record<string, string>> = {
  ...{ launch: 'launch', replace: 'change', restart: 'restart', remove: 'removal', join: 'join', leave: 'leave' },
  ...{ adopt: 'adoption', release: 'release', route: 'set-up', unroute: 'removal' },
};
const OF_ROUTERS = new Set(['route', 'unroute']);
/** `the removal of one on web-1`, `the set-up of the router web-1/one in lab`. */
const commandIn = (about: string, { action, target }: Data): string =>
  `the ${NOUNS[word(action)] ?? word(action)} of ${OF_ROUTERS.has(word(action)) ? 'the router ' : ''}${word(target) || about}`;

const changed =
  (of: string): Teller =>
  (about) =>
    `${about}: ${of} changed`;
const routeIn = (data: Data): string => word(within(data.route).target);

const OF_HOSTS: Record<string, [State, Teller]> = {
  'host.joined': ['fine', (about) => `${about} joined the fleet`],
  'host.changed': ['asked', (about) => `${about} was changed`],
  'host.removed': ['asked', (about) => `${about} was removed`],
  'host.replaced': ['asked', (about) => `${about} is another machine now`],
  'host.revoked': ['failed', (about) => `the key of ${about} was revoked`],
  'host.rotated': ['asked', (about) => `${about} got a new key`],
  'host.paused': ['waiting', (about) => `${about} was paused`],
  'host.resumed': ['fine', (about) => `${about} was resumed`],
  'host.online': ['fine', (about) => `${about} came online`],
  'host.unreachable': ['away', (about, data) => `${about} is unreachable${because(data)}`],
  'host.cloned': ['failed', (about) => `two agents use the identity of ${about}`],
  'host.started': ['fine', (about, data) => `the agent of ${about} started, version ${word(data.agentVersion)}`],
  'host.engine-up': ['fine', (about, data) => `Docker ${word(data.version)} answers on ${about}`],
  'host.engine-down': ['failed', (about, data) => `Docker does not answer on ${about}${because(data)}`],
  'host.snapshot': ['asked', (about) => `${about} reported everything that it sees`],
  'history.gap': ['failed', (about, data) => `some events of ${about} are missing${because(data)}`],
  'container.created': ['fine', (about) => `${about} was created`],
  'container.started': ['fine', (about) => `${about} started`],
  'container.paused': ['waiting', (about) => `${about} was paused`],
  'container.unpaused': ['fine', (about) => `${about} was resumed`],
  'container.changed': ['asked', (about) => `${about} was changed`],
  'container.died': ['failed', (about, data) => `${about} ${diedOf(data)}`],
  'container.removed': ['asked', (about) => `${about} was removed`],
  'workload.found': ['fine', (about, data) => `${about} runs the workload ${word(data.workload)}`],
  'workload.started': ['fine', (about, data) => `the workload ${word(data.workload)} on ${about} started`],
  'workload.stopped': ['waiting', (about, data) => `the workload ${word(data.workload)} on ${about} stopped`],
  'workload.changed': ['asked', (about, data) => `the workload ${word(data.workload)} on ${about} was changed`],
  'workload.removed': ['asked', (about, data) => `the workload ${word(data.workload)} on ${about} is gone`],
};

const OF_NODES: Record<string, [State, Teller]> = {
  'node.up': ['fine', (about, data) => `zerotier-one of ${about} answers as ${word(within(data.after).address)}`],
  'node.down': ['failed', (about, data) => `zerotier-one of ${about} does not answer${because(data)}`],
  'node.online': ['fine', (about) => `${about} reaches a root`],
  'node.offline': ['waiting', (about) => `${about} reaches no root`],
  'node.changed': ['asked', changed('its zerotier-one')],
  'node.heard': ['fine', (about) => `${about} was heard by another node`],
  'network.joined': ['fine', (about) => about.replace(/ in (\S+)$/, ' asks to join $1')],
  'network.left': ['asked', (about) => about.replace(/ in (\S+)$/, ' left $1')],
  'network.changed': ['asked', changed('what the network gives it')],
  'network.not-found': ['failed', (about) => `${about}: its controller has no such network`],
  'authorization.requested': ['waiting', (about) => `zerotier-one of ${about} waits to be authorized`],
  'authorization.granted': ['fine', (about) => `zerotier-one of ${about} has its configuration`],
  'authorization.revoked': ['failed', (about) => `${about} is not authorized any more`],
  'interface.up': ['fine', (about, data) => `${about}: interface ${word(data.device)} is up`],
  'interface.down': ['failed', (about, data) => `${about}: interface ${word(data.device)} is down`],
  'interface.changed': ['asked', (about, data) => `${about}: interface ${word(data.device)} changed`],
  'address.assigned': ['fine', (about, data) => `${about} has ${word(data.address)}`],
  'address.removed': ['asked', (about, data) => `${about} lost ${word(data.address)}`],
  'route.added': ['fine', (about, data) => `${about} has a route to ${routeIn(data)}`],
  'route.removed': ['asked', (about, data) => `${about} has no route to ${routeIn(data)} any more`],
  'route.conflict': ['failed', (about) => `${about}: a route conflicts with the host`],
  'path.direct': ['fine', (about, data, named) => `${about} has a direct path to ${peerIn(about, data, named)}`],
  'path.relayed': ['waiting', (about, data, named) => `${about} has a relayed path to ${peerIn(about, data, named)}`],
  'path.lost': ['waiting', (about, data, named) => `${about} lost its path to ${peerIn(about, data, named)}`],
  'router.changed': ['asked', (about) => `the router ${about} reported a change`],
  'probe.started': ['asked', (about, data, named) => `${about} tries to reach ${named(word(data.target))}`],
  'probe.progress': ['asked', (about, data) => `${about}: ${word(data.detail)}`],
  'probe.refused': ['failed', (about, data) => `${about} did not probe ${word(data.target)}${because(data)}`],
};

const OF_API: Record<string, [State, Teller]> = {
  'network.created': ['fine', (about, data) => `${nameIn(data, about)} was created`],
  'network.deleted': ['asked', (about, data) => `${nameIn(data, about)} was deleted`],
  'network.configured': ['asked', (about, data) => `${nameIn(data, about)} was configured`],
  'network.named': ['asked', (about) => `${about} got its name`],
  'admission.requested': ['waiting', (about) => `${about} asks to be authorized`],
  'admission.authorized': ['fine', (about) => `${about} was authorized`],
  'admission.deauthorized': ['asked', (about) => `the authorization of ${about} was taken back`],
  'admission.forgotten': ['asked', (about) => `the controller forgot ${about}`],
  'finding.raised': ['failed', (about, data) => `${about}: ${word(within(data.finding).cause)}`],
  'finding.cleared': ['fine', (about, data) => `${about}: fixed: ${codeWord(word(data.code))}`],
  'controller.up': ['fine', (about, data) => `controller ${nameIn(data, about)} answers`],
  'controller.away': ['away', (about, data) => `controller ${nameIn(data, about)} does not answer${because(data)}`],
  'controller.added': ['asked', (about, data) => `controller ${nameIn(data, about)} was added`],
  'controller.removed': ['asked', (about, data) => `controller ${nameIn(data, about)} was removed`],
  'command.created': ['asked', (about, data) => `${commandIn(about, data)} was asked for`],
  'command.delivered': ['asked', (about, data) => `${commandIn(about, data)} reached its host`],
  'command.done': ['fine', (about, data) => `${commandIn(about, data)} is done`],
  'command.failed': ['failed', (about, data) => `${commandIn(about, data)} failed${causeIn(data)}`],
  'command.waiting': ['waiting', (about, data) => `${commandIn(about, data)} waits${causeIn(data)}`],
  'command.cancelled': ['asked', (about, data) => `${commandIn(about, data)} was cancelled`],
  'command.superseded': ['asked', (about, data) => `${commandIn(about, data)} was replaced by a newer command`],
  'item.progress': ['asked', (about, data) => progressText(about, word(data.stage), word(data.detail))],
  'route.opened': ['asked', (about, data) => `${word(data.router)} is to carry ${word(data.target)} into ${about}`],
  'route.switched': [
    'waiting',
    // It is about the router as well as the network.
    (_about, data, named) =>
      `${word(data.router)} carries ${word(data.target)} into ${named(word(data.network))} now${because(data)}`,
  ],
  'route.closed': ['asked', (about, data) => `${word(data.target)} is no longer brought into ${about}`],
  'token.revoked': ['asked', (about, data) => `the ${tokenIn(data, about)} was revoked`],
  'token.created': ['asked', (about, data) => `the ${tokenIn(data, about)} was created`],
  'access.refused': ['failed', (about, data) => `${nameIn(data, about)} was refused ${word(data.operation)}`],
};

/** How far what was asked for has come, as a sentence. */
const PROGRESS: Readonly<Record<string, (about: string, detail: string) => string>> = {
  pull: (about, image) => `the image of ${about} was fetched${image && `: ${image}`}`,
  identity: (about, detail) => `${about} has its identity${detail && `: ${detail}`}`,
  created: (about) => `the container of ${about} was created`,
  queued: (about) => `${about} is in a queue`,
  started: (about) => `the container of ${about} started`,
  daemon: (about, address) => `zerotier-one of ${about} runs${address && ` as ${address}`}`,
  joined: (about) => about.replace(/ in (\S+)$/, ' asks to join $1'),
  authorization: (about) => `${about} waits to be authorized`,
  authorized: (about) => `${about} is authorized`,
  interface: (about, device) => `the interface ${device && `${device} `}of ${about} is up`,
  address: (about, addresses) => `${about} has ${addresses || 'its address'}`,
  heard: (about) => `${about} hears other nodes`,
  forwarding: (about, prefixes) => `${about} forwards${prefixes && ` ${prefixes}`}`,
};

const progressText = (about: string, stage: string, detail: string): string =>
  (Object.hasOwn(PROGRESS, stage) && PROGRESS[stage]?.(about, detail)) ||
  [`${about}: ${stage}`, detail].filter(Boolean).join(' ');

/** What an agent observes has an event of its own, from which its progress follows. */
const OBSERVED = new Set([
  'started',
  'daemon',
  'joined',
  'authorization',
  'authorized',
  'interface',
  'address',
  'heard',
]);
/** Events that only repeat what others say are left out of short lists. */
const DULL = new Set(
  [
    ...['host.snapshot', 'command.delivered', 'item.settled', 'probe.started', 'probe.progress'],
    ...['interface.changed', 'network.changed', 'node.changed', 'route.added', 'route.removed', 'router.changed'],
  ].map((type) => `io.orrery.${type}`),
);

export const isDull = ({ type, data }: Pick<Event, 'type' | 'data'>): boolean =>
  DULL.has(type) || (type === 'io.orrery.item.progress' && OBSERVED.has(word((data as Data).stage)));

const tokenIn = (data: Data, about: string): string =>
  `${data.kind === 'join' ? 'join token' : 'token'} ${nameIn(data, about)}`;

const WORDS: Readonly<Record<string, [State, Teller]>> = { ...OF_HOSTS, ...OF_NODES, ...OF_API };

/** What follows from what somebody asked for is no failure. Others are told as ever, without alarm. */
const ORDERED: Readonly<Record<string, Teller>> = {
  'container.died': (about) => `${about} was stopped, to be removed`,
  'node.down': (about) => `zerotier-one of ${about} was stopped`,
  'interface.down': (about, data) => `${about} gave up the interface ${word(data.device)}`,
  'address.removed': (about, data) => `${about} gave up ${word(data.address)}`,
  'authorization.revoked': (about) => `${about}: the authorization ended`,
  'network.not-found': (about) => `${about}: the network is gone`,
};

/** No person: its events say why. */
const BY_ITSELF = new Set(['agent', 'failover']);

const NETWORK_ID = /\b[0-9a-f]{16}\b/g;

const OF_OUTCOME: Record<string, State> = { done: 'fine', waiting: 'waiting', failed: 'failed' };

/** `names`: of networks by ID, and of nodes by their addresses. */
export function narrate({ type, subject, source, data }: Event, names: Names): Told {
  const event = type.replace(/^io\.orrery\./, '');
  const named: Named = Object.assign((id: string) => names.get(id) ?? id, { hasNodes: names.hasNodes === true });
  const about = aboutOf(subject, source, named);
  const by = word(data.by);
  const { state, text } = toldAs(event, about, data, named);
  const told = { state, text: text.replaceAll(NETWORK_ID, named) };
  // A machine joins by itself, with the token that somebody made.
  if (event === 'host.joined' && by)
    return { ...told, text: `${told.text}, ${by === 'join secret' ? 'with the' : 'added by'} ${by}` };
  if (by.startsWith('admission: ')) return { ...told, by: 'its policy' };
  return by && !BY_ITSELF.has(by) ? { ...told, by } : told;
}

function toldAs(event: string, about: string, data: Data, named: Named): Told {
  if (event === 'probe.finished') return probed(about, data, named);
  const known = Object.hasOwn(WORDS, event) ? WORDS[event] : undefined;
  if (!known) return plainly(event, about, data);
  const isOrdered = word(data.ordered) !== '';
  const teller = (isOrdered && Object.hasOwn(ORDERED, event) && ORDERED[event]) || known[1];
  return { state: isOrdered ? 'asked' : known[0], text: teller(about, data, named) };
}

function plainly(event: string, about: string, data: Data): Told {
  const outcome = within(data.outcome);
  const state = OF_OUTCOME[word(outcome.kind)] ?? 'asked';
  const what = event.replaceAll(/[.-]/g, ' ');
  return { state, text: `${about}: ${outcome.kind ? word(outcome.kind) : what}${because(outcome)}` };
}

/** `web-1/demo reaches web-2/demo: 4 of 4`. */
function probed(about: string, data: Data, named: Named): Told {
  const { code, cause, ping } = within(data.result);
  const target = named(word(data.target));
  const { sent, received } = within(ping);
  const count = typeof sent === 'number' ? `: ${figure(received)} of ${figure(sent)}` : '';
  if (code === 'reached') return { state: 'fine', text: `${about} reaches ${target}${count}` };
  return { state: 'failed', text: `${about} does not reach ${target}: ${word(cause) || word(code)}` };
}

/** `web-1/demo/8056c2e21c000001` is `web-1/demo in lab`. */
function aboutOf(subject: string | null, source: string, named: (id: string) => string): string {
  const about = subject ?? source.replace(/^\/hosts\//, '').replace(/^\/api$/, 'Orrery');
  const [, node, network = ''] = /^(?:(.+)\/)?([0-9a-f]{16})$/.exec(about) ?? [];
  if (network === '') return about;
  return node ? `${node} in ${named(network)}` : named(network);
}
