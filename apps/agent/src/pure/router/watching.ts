import { contains, parseAddress, parsePrefix } from '@orrery/shared/addresses';
import {
  explain,
  interfaceName,
  type Explained,
  type FailureCode,
  type Item,
  type NetworkId,
  type NodeId,
  type ObservedContainer,
  type ObservedNode,
  type ObservedState,
  type RouterItem,
} from '@orrery/shared/contracts';
import { differs } from '../diff/diff-lists.js';

/**
 * What is asked again and again from inside the namespace of a router. `peer`: the router that serves, by a ping in the network; `lan`: an
 * address behind the router, by a connection if there is a port. `run`: the start of its container, so that another start asks anew.
 */
export interface Question {
  node: NodeId;
  network: NetworkId;
  of: 'peer' | 'lan';
  address: string;
  port?: number;
  run: string;
}

/** `unasked`: this side could not ask, which says nothing about the other. */
export type Reply = 'answered' | 'silent' | 'unasked';

/** What is known after some replies, the last of which were the same `inARow` times. */
export interface Standing {
  answers: boolean | undefined;
  hasAnswered: boolean;
  last: Reply;
  inARow: number;
}

/** So many silent replies in a row count as no answer. */
export const MISSES = 3;
/** The same before a peer's first answer: two nodes across NAT may need 20 s until they reach each other. */
export const FIRST_MISSES = 15;

export function heard(of: Question['of'], was: Standing | undefined, reply: Reply): Standing {
  const inARow = was?.last === reply ? was.inARow + 1 : 1;
  const hasAnswered = reply === 'answered' || was?.hasAnswered === true;
  const patience = reply === 'silent' && of === 'peer' && !hasAnswered ? FIRST_MISSES : MISSES;
  const decided = { answered: true, silent: false, unasked: undefined }[reply];
  const isDecided = reply === 'answered' || inARow >= patience;
  return { answers: isDecided ? decided : was?.answers, hasAnswered, last: reply, inARow };
}

/**
 * The questions of the routers among these items, which the policy has allowed, and none that leads elsewhere than the item allows.
 * `asked`: those being asked now; they stay while nobody can tell whether they should.
 */
export function questionsOf(items: readonly Item[], observed: ObservedState, asked: readonly Question[]): Question[] {
  return items.flatMap((item): Question[] => {
    if (item.kind !== 'router' || item.intent === 'absent') return [];
    const about = { node: item.node, network: item.network };
    const stays = (one: Pick<Question, 'of' | 'address' | 'port'>) =>
      asked.filter(({ run, ...already }) => !differs(already, { ...about, ...one }));
    const container = items.find(({ kind, node }) => kind === 'container' && node === item.node);
    if (container?.intent !== 'present') return [];
    const wanted = [
      ...(item.watch ? [{ of: 'peer' as const, ...item.watch }] : []),
      ...(item.check ? [{ of: 'lan' as const, ...item.check }] : []),
    ];
    const { containers } = observed;
    if (!containers.known) return wanted.flatMap(stays);
    const own = containers.value.find((one) => one.ours && one.item === container.id);
    if (own?.state !== 'running' || !own.forwards) return [];
    return wanted.flatMap((one): Question[] => {
      const judged = one.of === 'lan' ? isWithin(one.address, item.prefixes) : isInNetwork(item, one.address, observed);
      if (judged === 'unknown') return stays(one).filter(({ run }) => run === runOf(own));
      return judged ? [{ ...about, ...one, run: runOf(own) }] : [];
    });
  });
}

const runOf = ({ engineId, startedAt }: ObservedContainer): string => `${engineId} ${startedAt}`;

/** Why the check of this router is never made: it leads elsewhere than the item allows. */
export function strayCheck({ check, prefixes }: RouterItem): Explained<FailureCode> | undefined {
  if (!check || isWithin(check.address, prefixes)) return undefined;
  return explain('unsupported/check-outside', { address: check.address });
}

/** The same of the router that it watches, as far as the kernel shows its network. */
export function strayWatch(item: RouterItem, observed: ObservedState): Explained<FailureCode> | undefined {
  const { watch, network } = item;
  if (!watch || isInNetwork(item, watch.address, observed) !== false) return undefined;
  return explain('unsupported/watch-outside', { address: watch.address, network });
}

/** Whether an address is on the link of the network, as the kernel shows its routes. */
function isInNetwork({ node, network }: RouterItem, address: string, { nodes }: ObservedState): boolean | 'unknown' {
  const interfaces = nodes.find((one) => one.node === node)?.interfaces;
  if (!interfaces?.known) return 'unknown';
  const device = interfaces.value.find((one) => one.device === interfaceName(network));
  if (!device?.up || device.addresses.length === 0) return 'unknown';
  const onLink = device.routes.flatMap(({ target, via }) => (via === null ? target : []));
  return isWithin(address, onLink);
}

function isWithin(text: string, prefixes: readonly string[]): boolean {
  const address = parseAddress(text);
  return prefixes.flatMap((one) => parsePrefix(one) ?? []).some((prefix) => address && contains(prefix, address));
}

/** What a question has come to. */
export interface Answered extends Pick<Standing, 'answers' | 'hasAnswered'> {
  question: Question;
}

/** The observation with what the routers have heard. */
export function withAnswers(observed: ObservedState, answered: readonly Answered[]): ObservedState {
  if (answered.length === 0) return observed;
  const together = (node: NodeId, of: Question['of']) => {
    const known = answered.filter(
      ({ question, answers }) => question.node === node && question.of === of && answers !== undefined,
    );
    if (known.length === 0) return {};
    return { answers: known.some(({ answers }) => answers), never: !known.some(({ hasAnswered }) => hasAnswered) };
  };
  const nodes = observed.nodes.map((one): ObservedNode => {
    if (!one.router?.known) return one;
    const [peer, lan] = [together(one.node, 'peer'), together(one.node, 'lan')];
    const value = {
      ...one.router.value,
      ...(peer.answers !== undefined && { peerAnswers: peer.answers }),
      ...(peer.never && { peerNeverAnswered: true as const }),
      ...(lan.answers !== undefined && { lanAnswers: lan.answers }),
    };
    return { ...one, router: { known: true, value } };
  });
  return { ...observed, nodes };
}
