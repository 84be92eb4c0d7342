import { fitText, type StoryLine } from '@orrery/shared/contracts';
import { z } from 'zod';
import type { Past } from './evidence.js';

/** The last dozen things that matter. */
const MOST_LINES = 12;
/** A cause that a host or a network's owner wrote is shown as text, and not at any length. */
const MOST_TEXT = 240;

const text = z.string().catch('');
const Data = z.object({
  ...{ by: text, action: text, target: text, cause: text, name: text, address: text, device: text, code: text },
  after: z.object({ address: text, status: text }).nullable().catch(null),
  finding: z.object({ code: text, cause: text }).nullable().catch(null),
  outcome: z.object({ kind: text, code: text, cause: text }).nullable().catch(null),
  exitCode: z.number().nullable().catch(null),
  ordered: text,
  hits: z.object({ what: text }).nullable().catch(null),
});
type Data = z.infer<typeof Data>;

/** How an event is told; one that is not here does not matter to a story. */
const SENTENCES: Record<string, (data: Data) => string> = {
  'command.created': ({ by, action, target }) => `${by} asked for it: ${action} ${target}`,
  'command.cancelled': ({ by, action, target }) => `${by} cancelled ${action} ${target}`,
  'host.online': () => 'its host is online',
  'host.unreachable': ({ cause }) => `its host became unreachable: ${cause}`,
  'host.paused': ({ by }) => `${by} paused its host`,
  'host.resumed': ({ by }) => `${by} resumed its host`,
  'host.engine-down': ({ cause }) => `its Docker Engine stopped answering: ${cause}`,
  'host.engine-up': () => 'its Docker Engine answers',
  'container.created': () => 'its container was created',
  'container.started': () => 'its container started',
  'container.died': ({ cause, ordered }) =>
    ordered ? 'its container was stopped, to be removed' : `its container ended: ${cause}`,
  'container.removed': () => 'its container was removed',
  'container.paused': () => 'somebody paused its container',
  'container.unpaused': () => 'its container was resumed',
  'node.up': ({ after }) => `its zerotier-one answers as ${after?.address ?? '?'}`,
  'node.down': ({ cause, ordered }) =>
    ordered ? 'its zerotier-one was stopped' : `its zerotier-one stopped answering: ${cause}`,
  'node.heard': () => 'it heard from another node',
  'network.joined': () => 'it asked the network for its configuration',
  'network.left': () => 'it left the network',
  'network.not-found': () => 'the controller said that there is no such network (NOT_FOUND)',
  'authorization.requested': () => 'its controller has not let it in (ACCESS_DENIED)',
  'authorization.granted': () => 'its controller let it in',
  'authorization.revoked': ({ ordered }) =>
    ordered ? 'its authorization ended' : 'its controller put it out (ACCESS_DENIED)',
  'admission.requested': ({ address }) => `it asked to be authorized as ${address}, which waits for a person`,
  'admission.authorized': ({ address, by, cause }) => `${by} authorized it as ${address}${unlessSaid(cause, by)}`,
  'admission.deauthorized': ({ address, by, cause }) =>
    `${by} took back its authorization as ${address}${unlessSaid(cause, by)}`,
  'admission.forgotten': ({ address }) => `the record of ${address} was deleted`,
  'network.created': ({ by }) => `${by} created the network`,
  'network.configured': ({ by }) => `${by} changed the network`,
  'network.deleted': ({ by }) => `${by} deleted the network`,
  'interface.up': ({ device }) => `the interface ${device} came up`,
  'interface.down': ({ device, ordered }) =>
    ordered ? `it gave up the interface ${device}` : `the interface ${device} went down`,
  'address.assigned': ({ address, device }) => `it got the address ${address} on ${device}`,
  'address.removed': ({ address, device, ordered }) =>
    ordered ? `it gave up the address ${address}` : `the address ${address} disappeared from ${device}`,
  'route.conflict': ({ hits }) =>
    `a route of the network was left out, because it would take away ${hits?.what ?? '?'}`,
  'finding.raised': ({ finding }) => `found ${finding?.code ?? '?'}: ${finding?.cause ?? ''}`,
  'finding.cleared': ({ code }) => `no longer: ${code}`,
  'item.settled': ({ outcome }) => (outcome?.kind === 'failed' ? `failed (${outcome.code}): ${outcome.cause}` : ''),
  'command.superseded': ({ by, action, target }) => `${by} asked for something newer than ${action} ${target}`,
  'command.done': ({ action, target }) => `${action} ${target} is done`,
};

/** `authorized by anna` says nothing that `anna authorized it` does not. */
const unlessSaid = (cause: string, by: string): string =>
  cause === '' || cause.endsWith(` by ${by}`) ? '' : `: ${cause}`;

/** Types of events that a story is told from. */
export const STORY_TYPES = Object.keys(SENTENCES);

interface Asked {
  /** Leaves out what is about another network. */
  network?: string;
  /** Says of each event what it was about, unless it is this itself. */
  of?: string;
}

/** The last things that matter, the oldest first. `events`: the oldest first. What was said twice in a row is told once, with the time of the first. */
export function tellStory(events: readonly Past[], { network, of }: Asked = {}): StoryLine[] {
  const lines: StoryLine[] = [];
  let failed = '';
  for (const { at, type, network: about, subject, data } of events) {
    if (network !== undefined && about !== null && about !== network) continue;
    const known = Data.parse(data);
    // A container that cannot be made fails its memberships, too.
    const failure = type === 'item.settled' && known.outcome?.kind === 'failed' ? known.outcome.code : '';
    if (failure !== '' && failure === failed) continue;
    failed = failure;
    const sentence = SENTENCES[type]?.(known);
    if (!sentence) continue;
    const isNamed = of !== undefined && subject !== null && subject !== of && !type.startsWith('command.');
    const told = fitText(isNamed ? `${inWords(subject, of)}: ${sentence}` : sentence, MOST_TEXT);
    if (lines.at(-1)?.text !== told) lines.push({ at, text: told });
  }
  return lines.slice(-MOST_LINES);
}

/** `web-1/demo/8056c2e21c000001` is `web-1/demo in 8056c2e21c000001`, or `web-1/demo` in the story of that network. */
function inWords(subject: string, of: string): string {
  const [, node, network = ''] = /^(.+)\/([0-9a-f]{16})$/.exec(subject) ?? [];
  if (!node) return subject;
  return network === of ? node : `${node} in ${network}`;
}
