import { stageWord } from '../../acts/stage-rows.js';
import type { Shape } from '../../api/client.js';
import type { State } from '../../parts/mark.js';
import { codeWord } from '../../parts/code-words.js';

type Event = Shape<'CloudEvent'>;
type Data = Readonly<Record<string, unknown>>;

/** What somebody said at a time, and since when. */
export interface PastFact {
  name: string;
  text: string;
  state: State;
  /** When it was said last; undefined: none of these events tells. */
  since?: string;
}

/** Somebody who says something of a thing, the events that tell what, and how these are read. */
export interface Source {
  name: string;
  /** As `type=` of the API takes them. */
  types: string;
  read: Reader;
}

/** Those whose word counts for a thing. */
export type Rewind = readonly Source[];

interface Told {
  state: State;
  text: string;
}
/** What an event says of this; undefined: nothing. */
type Reader = (type: string, data: Data) => Told | undefined;

const word = (value: unknown): string => (typeof value === 'string' ? value : '');
const within = (value: unknown): Data => (typeof value === 'object' && value !== null ? (value as Data) : {});
const words = (value: unknown): string[] => (Array.isArray(value) ? value.map(word).filter(Boolean) : []);
const familyOf = (type: string): string => type.split('.')[0] ?? '';

const ADMISSIONS: Readonly<Record<string, Told>> = {
  'admission.requested': { state: 'waiting', text: 'not authorized: it asks' },
  'admission.authorized': { state: 'fine', text: 'authorized' },
  'admission.deauthorized': { state: 'failed', text: 'not authorized' },
  'admission.forgotten': { state: 'unknown', text: 'no record of it' },
};

const controller: Reader = (type, data) => {
  const told = ADMISSIONS[type];
  const by = word(data['by']);
  return told && { ...told, text: by ? `${told.text}, by ${by}` : told.text };
};

const daemon: Reader = (type, data) => {
  if (!['network', 'authorization'].includes(familyOf(type)) || !('after' in data)) return undefined;
  if (data['after'] === null) return { state: 'unknown', text: 'not joined' };
  const { status, addresses } = within(data['after']);
  const state = word(status) === 'OK' ? 'fine' : 'waiting';
  return { state, text: [word(status) || 'joined', ...words(addresses)].join(', ') };
};

const kernel: Reader = (type, data) => {
  if (!['interface', 'address', 'route'].includes(familyOf(type)) || !('after' in data)) return undefined;
  if (data['after'] === null) return { state: 'unknown', text: 'no interface' };
  const { up, addresses } = within(data['after']);
  return {
    state: up === true ? 'fine' : 'failed',
    text: [up === true ? 'up' : 'down', ...words(addresses)].join(', '),
  };
};

const OF_OUTCOME: Readonly<Record<string, Told>> = {
  done: { state: 'fine', text: 'as wanted' },
  waiting: { state: 'waiting', text: 'waiting' },
  failed: { state: 'failed', text: 'failed' },
};

const agent: Reader = (type, data) => {
  if (type === 'item.progress') return { state: 'working', text: stageWord(word(data['stage'])) || 'on its way' };
  if (type !== 'item.settled') return undefined;
  const { kind, code } = within(data['outcome']);
  const told = OF_OUTCOME[word(kind)];
  if (word(kind) === 'waiting' && word(code)) return { state: 'waiting', text: codeWord(word(code)) };
  return told && { ...told, text: word(code) ? `${told.text}: ${codeWord(word(code))}` : told.text };
};

const PRESENCES: Readonly<Record<string, Told>> = {
  'host.joined': { state: 'waiting', text: 'joined, not heard yet' },
  'host.online': { state: 'fine', text: 'online' },
  'host.unreachable': { state: 'away', text: 'unreachable' },
  'host.started': { state: 'fine', text: 'its agent started' },
  'host.paused': { state: 'waiting', text: 'paused' },
  'host.resumed': { state: 'fine', text: 'resumed' },
  'host.revoked': { state: 'failed', text: 'revoked' },
};
const presence: Reader = (type) => PRESENCES[type];

const engine: Reader = (type, data) => {
  if (type === 'host.engine-up') return { state: 'fine', text: `Docker ${word(data['version'])} answers` };
  if (type !== 'host.engine-down') return undefined;
  return { state: 'failed', text: `Docker does not answer: ${word(data['cause'])}` };
};

/** Of the host's own daemon and of those in containers, whichever an event told of last. */
const daemons: Reader = (type, data) => {
  if (familyOf(type) !== 'node') return undefined;
  if (type === 'node.down') return { state: 'failed', text: `zerotier-one does not answer: ${word(data['cause'])}` };
  const { address, online } = within(data['after']);
  const reaches = online === false ? 'reaches no root' : 'online';
  return { state: online === false ? 'waiting' : 'fine', text: [word(address), reaches].filter(Boolean).join(', ') };
};

/** What was so after these events, the oldest first. Pure. */
export const thenOf = (rewind: Rewind, events: readonly Event[]): PastFact[] =>
  rewind.map(({ name, read }) => {
    for (const { type, data, time } of events.toReversed()) {
      const told = read(type.replace(/^io\.orrery\./, ''), data);
      if (told) return { name, ...told, since: time };
    }
    return { name, text: 'nothing is known', state: 'unknown' };
  });

/** What the three witnesses of a membership said, and how far its agent was. */
export const membershipThen: Rewind = [
  { name: 'Controller said', types: 'admission.*', read: controller },
  {
    name: 'Daemon said',
    types: 'network.joined,network.changed,network.left,network.not-found,authorization.*',
    read: daemon,
  },
  { name: 'Kernel showed', types: 'interface.*,address.*,route.added,route.removed', read: kernel },
  { name: 'Agent', types: 'item.*', read: agent },
];

/** What was known of a host. */
export const hostThen: Rewind = [
  { name: 'Host', types: Object.keys(PRESENCES).join(','), read: presence },
  { name: 'Engine', types: 'host.engine-up,host.engine-down', read: engine },
  { name: 'zerotier-one', types: 'node.*', read: daemons },
];
