import type { Shape } from '../../api/client.js';
import type { State } from '../../parts/mark.js';

/** An event in words. Pure; an event that a newer API made gets its type and what it is about. */
export interface Told {
  text: string;
  state: State;
  by?: string;
}

type Event = Shape<'CloudEvent'>;
type Teller = (about: string, data: Data) => string;
type Data = Readonly<Record<string, unknown>>;

const word = (value: unknown): string => (typeof value === 'string' ? value : '');
const within = (value: unknown): Data => (typeof value === 'object' && value !== null ? (value as Data) : {});
const toPeer = (data: Data): string => {
  const peer = word(within(data.after).address);
  return peer && ` to ${peer}`;
};
const because = (data: Data): string => (word(data.cause) ? `: ${word(data.cause)}` : '');

const WORDS: Record<string, [State, Teller]> = {
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
  'host.started': ['fine', (about, data) => `the agent of ${about} started, version ${word(data.agentVersion)}`],
  'host.engine-up': ['fine', (about, data) => `Docker ${word(data.version)} answers on ${about}`],
  'host.engine-down': ['failed', (about, data) => `Docker does not answer on ${about}${because(data)}`],
  'host.snapshot': ['unknown', (about) => `${about} reported everything that it sees`],
  'container.created': ['fine', (about) => `${about} was created`],
  'container.started': ['fine', (about) => `${about} started`],
  'container.died': [
    'failed',
    (about, data) => `${about} died, exit ${typeof data.exitCode === 'number' ? data.exitCode : 'unknown'}`,
  ],
  'container.removed': ['asked', (about) => `${about} was removed`],
  'node.up': ['fine', (about, data) => `zerotier-one of ${about} answers as ${word(within(data.after).address)}`],
  'node.down': ['failed', (about, data) => `zerotier-one of ${about} does not answer${because(data)}`],
  'node.online': ['fine', (about) => `${about} reaches a root`],
  'node.offline': ['waiting', (about) => `${about} reaches no root`],
  'node.heard': ['fine', (about) => `${about} was heard by another node`],
  'network.joined': ['fine', (about) => `${about}: joined`],
  'network.left': ['asked', (about) => `${about}: left`],
  'network.not-found': ['failed', (about) => `${about}: its controller knows no such network`],
  'network.created': ['fine', (about) => `${about} was created`],
  'network.deleted': ['asked', (about) => `${about} was deleted`],
  'network.configured': ['asked', (about) => `${about} was configured`],
  'authorization.requested': ['waiting', (about) => `${about} asks to be authorized`],
  'authorization.granted': ['fine', (about) => `${about} is authorized`],
  'authorization.revoked': ['failed', (about) => `${about} is not authorized any more`],
  'admission.requested': ['waiting', (about) => `${about} asks to be authorized`],
  'admission.authorized': ['fine', (about) => `${about} was authorized`],
  'admission.deauthorized': ['asked', (about) => `${about} was denied`],
  'interface.up': ['fine', (about, data) => `${about}: interface ${word(data.device)} is up`],
  'interface.down': ['failed', (about, data) => `${about}: interface ${word(data.device)} is down`],
  'address.assigned': ['fine', (about, data) => `${about} has ${word(data.address)}`],
  'address.removed': ['asked', (about, data) => `${about} lost ${word(data.address)}`],
  'route.conflict': ['failed', (about) => `${about}: a route conflicts with the host`],
  'path.direct': ['fine', (about, data) => `${about} has a direct path${toPeer(data)}`],
  'path.relayed': ['waiting', (about, data) => `${about} has a relayed path${toPeer(data)}`],
  'path.lost': ['waiting', (about, data) => `${about} lost its path to ${word(data.peer)}`],
  'finding.raised': ['failed', (about, data) => `${about}: ${word(within(data.finding).cause)}`],
  'finding.cleared': ['fine', (about, data) => `${about}: ${word(data.code)} is fixed`],
  'controller.up': ['fine', (about, data) => `controller ${word(data.name) || about} answers`],
  'controller.away': [
    'away',
    (about, data) => `controller ${word(data.name) || about} does not answer${because(data)}`,
  ],
  'command.created': ['asked', (about, data) => `${word(data.action)} ${word(data.target) || about} was asked for`],
  'command.done': ['fine', (about, data) => `${word(data.action)} ${word(data.target) || about} is done`],
  'command.failed': [
    'failed',
    (about, data) => `${word(data.action)} ${word(data.target) || about} failed${causeIn(data)}`,
  ],
  'command.waiting': [
    'waiting',
    (about, data) => `${word(data.action)} ${word(data.target) || about} waits${causeIn(data)}`,
  ],
  'item.progress': [
    'asked',
    (about, data) => [`${about}: ${word(data.stage)}`, word(data.detail)].filter(Boolean).join(' '),
  ],
  'controller.added': ['asked', (about, data) => `controller ${word(data.name) || about} was added`],
  'controller.removed': ['asked', (about, data) => `controller ${word(data.name) || about} was removed`],
  'route.opened': ['asked', (about, data) => `${word(data.router)} is to carry ${word(data.target)} into ${about}`],
  'route.switched': [
    'waiting',
    (about, data) => `${word(data.router)} carries ${word(data.target)} into ${about} now${because(data)}`,
  ],
  'route.closed': ['asked', (about, data) => `${word(data.target)} is no longer brought into ${about}`],
  'router.changed': ['unknown', (about) => `the router ${about} reported a change`],
  'token.revoked': ['asked', (about, data) => `the token ${word(data.name) || about} was revoked`],
  'token.created': ['asked', (about, data) => `the token ${word(data.name) || about} was created`],
};

const NETWORK_ID = /\b[0-9a-f]{16}\b/g;

const OF_OUTCOME: Record<string, State> = { done: 'fine', waiting: 'waiting', failed: 'failed' };

const causeIn = (data: Data): string => because(within(data.outcome));

/** `names`: of networks, by ID. */
export function narrate({ type, subject, source, data }: Event, names: ReadonlyMap<string, string>): Told {
  const event = type.replace(/^io\.orrery\./, '');
  const about = aboutOf(subject, source, names);
  const known = WORDS[event];
  const by = word(data.by);
  const { state, text: said } = known ? { state: known[0], text: known[1](about, data) } : plainly(event, about, data);
  const told = { state, text: said.replaceAll(NETWORK_ID, (id) => names.get(id) ?? id) };
  return by && by !== 'agent' ? { ...told, by } : told;
}

function plainly(event: string, about: string, data: Data): Told {
  const outcome = within(data.outcome);
  const state = OF_OUTCOME[word(outcome.kind)] ?? 'unknown';
  const what = event.replaceAll(/[.-]/g, ' ');
  return { state, text: `${about}: ${outcome.kind ? word(outcome.kind) : what}${because(outcome)}` };
}

/** `web-1/demo/8056c2e21c000001` is `web-1/demo in lab`. */
function aboutOf(subject: string | null, source: string, names: ReadonlyMap<string, string>): string {
  const about = subject ?? source.replace(/^\/hosts\//, '').replace(/^\/api$/, 'Orrery');
  const [, node, network = ''] = /^(?:(.+)\/)?([0-9a-f]{16})$/.exec(about) ?? [];
  if (network === '') return about;
  const name = names.get(network) ?? network;
  return node ? `${node} in ${name}` : name;
}
