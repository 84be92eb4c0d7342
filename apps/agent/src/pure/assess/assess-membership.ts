import {
  interfaceName,
  isOfContainer,
  type NodeContainerItem,
  type MembershipItem,
  type ObservedMembership,
  type ObservedNode,
  type Part,
  explain,
  explainAgain,
  controllerOf,
} from '@orrery/shared/contracts';
import { settingsNow } from '../guard/decide-settings.js';
import { assessContainer } from './assess-container.js';
import type { AssessContext } from './assess-context.js';
import { assessAdmission, rolledBack } from './assess-guarded.js';
import { expectedAddresses, missingAddresses } from './expected-addresses.js';
import { done, failed, waiting, type Assessment } from './outcomes.js';
import { drifted, isWantedByAnother } from '../plan/plan-membership.js';

/** How long things may take before they count: an answer takes 4 to 6 s (docs/zerotier-facts.md#joining), and an address comes within a second of OK. */
const BLIP_MS = 6_000;
const CONFIGURATION_MS = 12_000;
const KERNEL_MS = 3_000;

export function assessMembership(item: MembershipItem, context: AssessContext): Assessment | undefined {
  const container = item.nodeKind === 'container' ? containerOf(item, context) : undefined;
  if (item.nodeKind === 'container' && item.intent === 'present' && !container)
    return failed(explain('unexpected', { cause: 'the desired state has no container for this node' }), BLIP_MS);
  const node = context.observed.nodes.find((one) => one.node === item.node);
  if (item.intent === 'absent') return assessLeaving(item, container, node, context);
  const down = container && assessContainer(container, context);
  if (down && down.outcome.kind === 'failed')
    return { ...down, outcome: { ...down.outcome, cause: `its container is not running: ${down.outcome.cause}` } };
  if (down?.outcome.kind === 'waiting') return down;
  // The node still belongs to the container being replaced: it looks joined, authorized and addressed, and will soon be gone.
  if (container && !down) return undefined;
  const { ground, rolledBack: undone } = context.facts;
  const undo = undone?.get(item.id);
  if (undo) return rolledBack(item.network, undo);
  if (!node?.daemon.known) return node ? unseen(node.daemon) : undefined;
  if (!node.memberships.known) return unseen(node.memberships);
  const joined = node.memberships.value.find(({ network }) => network === item.network);
  const settings = settingsNow(item, joined, ground);
  if (!joined || drifted(settings, joined)) return failedBy(item, context);
  const refused = joined.status === 'OK' && assessAdmission(item, joined, ground, settings);
  return refused || assessStatus({ ...item, settings }, joined, node, node.daemon.value.address);
}

const containerOf = ({ node }: MembershipItem, { items }: AssessContext): NodeContainerItem | undefined =>
  items.filter(isOfContainer).find((other) => other.node === node);

function failedBy(item: MembershipItem, context: AssessContext): Assessment | undefined {
  const error = context.lastError(item);
  return error && failed(explainAgain(error));
}

const unseen = <T>(part: Part<T>): Assessment | undefined =>
  part.known ? undefined : failed(explainAgain(part), BLIP_MS);

function assessLeaving(
  item: MembershipItem,
  container: NodeContainerItem | undefined,
  node: ObservedNode | undefined,
  context: AssessContext,
): Assessment | undefined {
  if (
    isWantedByAnother(
      item,
      context.items.filter((other) => other.kind === 'membership'),
    )
  )
    return done('desired again');
  const { containers } = context.observed;
  if (item.nodeKind === 'container') {
    if (!containers.known) return failed(explainAgain(containers), BLIP_MS);
    if (!containers.value.some((one) => one.node === item.node && one.ours)) return done('its container is gone');
    if (container?.intent === 'absent') return undefined;
  }
  if (!node?.daemon.known) return node ? unseen(node.daemon) : undefined;
  if (!node.memberships.known) return unseen(node.memberships);
  const joined = node.memberships.value.some(({ network }) => network === item.network);
  return joined ? failedBy(item, context) : done('left');
}

function assessStatus(
  item: MembershipItem,
  joined: ObservedMembership,
  node: ObservedNode,
  address: string,
): Assessment | undefined {
  const { network } = item;
  const controller = controllerOf(network);
  switch (joined.status) {
    case 'OK':
      return assessKernel(item, joined, node);
    case 'ACCESS_DENIED':
      return waiting(explain('authorization/node', { address, network, controller }));
    case 'AUTHENTICATION_REQUIRED':
      return waiting(
        joined.authenticationUrl
          ? explain('authentication/url', { url: joined.authenticationUrl })
          : explain('authentication/elsewhere'),
      );
    case 'NOT_FOUND':
      return waiting(explain('network-not-found/network', { controller, network }), KERNEL_MS);
    case 'PORT_ERROR':
      return failed(explain('port-error/interface'), KERNEL_MS);
    case 'CLIENT_TOO_OLD':
      return failed(explain('client-too-old/network'), KERNEL_MS);
    case 'REQUESTING_CONFIGURATION':
    case 'UNKNOWN':
      return waiting(explain(whyNoConfiguration(node), { controller }), CONFIGURATION_MS);
  }
}

/** A node finds its controller through a root. Only roots with a path show up among the peers. */
function whyNoConfiguration({ daemon, peers }: ObservedNode): 'configuration/no-root' | 'configuration/no-answer' {
  const hasRoot = !peers.known || peers.value.some(({ role }) => role !== 'LEAF');
  const isLost = !hasRoot && daemon.known && !daemon.value.online;
  return isLost ? 'configuration/no-root' : 'configuration/no-answer';
}

/** OK is what the daemon reports; the membership is done only when the kernel shows it. */
function assessKernel(item: MembershipItem, joined: ObservedMembership, node: ObservedNode): Assessment | undefined {
  if (!node.interfaces.known) return unseen(node.interfaces);
  const device = joined.device ?? interfaceName(item.network);
  const shown = node.interfaces.value.find((one) => one.device === device);
  if (!shown?.up) return waiting(explain('interface/device', { device }), KERNEL_MS);
  const expected = expectedAddresses(joined.addresses, item.settings);
  const absent = missingAddresses(expected, shown.addresses);
  if (absent.length > 0) return waiting(explain('address/device', { device, addresses: absent.join(', ') }), KERNEL_MS);
  return done([device, ...(expected.length > 0 ? expected : ['(the network assigns no address)'])].join(' '));
}
