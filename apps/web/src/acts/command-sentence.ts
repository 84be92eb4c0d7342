import type { Shape } from '../api/client.js';
import { withNames } from '../parts/words.js';
import { isJustAuthorized, stageRows, waitsFor } from './stage-rows.js';

type Command = Shape<'Command'>;
/** An attachment is a launch beside a container of somebody else, which also stays when it is detached. */
export type Told = Shape<'CommandAction'> | 'attach' | 'detach';
type Said = (name: string, place: string) => string;

/** How each is said while it goes on, and what is so when it is done. */
const SAID: Record<Told, { noun: string; being: Said; done: Said }> = {
  launch: {
    noun: 'launch',
    being: (name, host) => `${name} is being launched on ${host}`,
    done: (name, host) => `${name} runs on ${host}`,
  },
  attach: {
    noun: 'attachment',
    being: (name, host) => `${name} is being attached on ${host}`,
    done: (name, host) => `${name} is attached on ${host}`,
  },
  detach: {
    noun: 'detachment',
    being: (name, host) => `${name} is being detached on ${host}`,
    done: (name, host) => `${name} was detached on ${host}`,
  },
  replace: {
    noun: 'change',
    being: (name, host) => `${name} on ${host} is being changed`,
    done: (name, host) => `${name} on ${host} runs as asked`,
  },
  restart: {
    noun: 'restart',
    being: (name, host) => `${name} on ${host} is being restarted`,
    done: (name, host) => `${name} on ${host} was restarted`,
  },
  remove: {
    noun: 'removal',
    being: (name, host) => `${name} is being removed from ${host}`,
    done: (name, host) => `${name} was removed from ${host}`,
  },
  join: {
    noun: 'join',
    being: (node, network) => `${node} is joining ${network}`,
    done: (node, network) => `${node} is in ${network}`,
  },
  leave: {
    noun: 'leave',
    being: (node, network) => `${node} is leaving ${network}`,
    done: (node, network) => `${node} left ${network}`,
  },
  adopt: {
    noun: 'adoption',
    being: (node, network) => `${node} in ${network} is being adopted`,
    done: (node, network) => `${node} in ${network} is managed by Orrery now`,
  },
  release: {
    noun: 'release',
    being: (node, network) => `${node} in ${network} is being released`,
    done: (node, network) => `${node} in ${network} is not managed by Orrery any more`,
  },
  route: {
    noun: 'set-up',
    being: (router, network) => `The router ${router} is being set up in ${network}`,
    done: (router, network) => `The router ${router} is set up in ${network}`,
  },
  unroute: {
    noun: 'removal',
    being: (router, network) => `The router ${router} is being removed from ${network}`,
    done: (router, network) => `The router ${router} was removed from ${network}`,
  },
};

/** The word for the act itself: `You can leave this page; the launch continues`. */
export const actNoun = (action: Told): string => SAID[action].noun;

const AWAITS: Partial<Record<Shape<'Stage'>, string>> = {
  delivered: 'its host is being told',
  pull: 'its image is being fetched',
  created: 'it is being created',
  started: 'it is starting',
  daemon: 'zerotier-one is starting',
  joined: 'it is joining',
  authorized: 'it is being authorized',
  interface: 'its interface is coming up',
  address: 'it is getting its address',
};

interface Telling {
  /** What it is for. */
  as?: Told;
  /** Its authorization was asked for here. */
  isAsked?: boolean;
}

/** What a command does, or what became of it, as a sentence. Pure. `names`: of networks, by ID. */
export function commandSentence(
  command: Command,
  names: ReadonlyMap<string, string>,
  { as = command.action, isAsked = false }: Telling = {},
): string {
  const { state, host } = command;
  const { noun, being, done } = SAID[as];
  const target = withNames(command.target, names);
  const [, name = target, place = host.name] = /^(.+) (?:on|in) (.+)$/s.exec(target) ?? [];
  switch (state) {
    case 'done':
      return `${done(name, place)}${into(command, names)}`;
    case 'failed':
      return `The ${noun} of ${target} failed`;
    case 'cancelled':
      return `The ${noun} of ${target} was cancelled`;
    case 'superseded':
      return `The ${noun} of ${target} was replaced by a newer command`;
    case 'waiting':
      return waitingSentence(command, name, being(name, place), isAsked);
    case 'queued':
      return `${being(name, place)}; ${host.name} has not received it yet`;
    case 'delivered':
      return [being(name, place), awaitsWord(command)].filter(Boolean).join('; ');
  }
}

function waitingSentence(command: Command, name: string, being: string, isAsked: boolean): string {
  if (isJustAuthorized(command)) return `${name} is authorized; it gets its address`;
  if (waitsFor(command)?.code !== 'authorization') return `${being}, and waits`;
  return isAsked ? `${name} is being authorized` : `${name} waits for a person`;
}

function awaitsWord(command: Command): string {
  const open = stageRows(command).find(({ is }) => is === 'working' || is === 'waiting');
  return (open && command.action !== 'remove' && command.action !== 'leave' && AWAITS[open.stage]) || '';
}

/** Where a container is now, as the kernel shows it. */
function into({ action, networks, stages }: Command, names: ReadonlyMap<string, string>): string {
  const [network, ...others] = networks;
  if (network === undefined || others.length > 0) return '';
  const address = stages
    .findLast(({ stage }) => stage === 'address')
    ?.detail.split(' ')[0]
    ?.replace(/\/\d+$/, '');
  const as = address ? ` as ${address}` : '';
  if (action === 'join') return as;
  return action === 'launch' ? ` and is in ${names.get(network) ?? network}${as}` : '';
}
