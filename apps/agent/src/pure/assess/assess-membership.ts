import {
  interfaceName,
  type ContainerItem,
  type MembershipItem,
  type ObservedMembership,
  type ObservedNode,
  type Part,
} from '@orrery/shared/contracts';
import { settingsNow } from '../guard/decide-settings.js';
import { assessContainer } from './assess-container.js';
import type { AssessContext } from './assess-context.js';
import { assessAdmission, rolledBack } from './assess-guarded.js';
import { expectedAddresses, missingAddresses } from './expected-addresses.js';
import { authorizeFix, done, failed, waiting, type Assessment } from './outcomes.js';
import { drifted, isWantedByAnother } from '../plan/plan-membership.js';

/** How long things may take before they count: an answer takes 4 to 6 s (docs/zerotier-facts.md#joining), and an address within a second of OK. */
const BLIP_MS = 6_000;
const CONFIGURATION_MS = 12_000;
const KERNEL_MS = 3_000;

export function assessMembership(item: MembershipItem, context: AssessContext): Assessment | undefined {
  const container = item.nodeKind === 'container' ? containerOf(item, context) : undefined;
  if (item.nodeKind === 'container' && item.intent === 'present' && !container)
    return failed('unexpected', 'the desired state has no container for this node', BLIP_MS);
  const node = context.observed.nodes.find((one) => one.node === item.node);
  if (item.intent === 'absent') return assessLeaving(item, container, node, context);
  const down = container && assessContainer(container, context);
  if (down && down.outcome.kind === 'failed')
    return { ...down, outcome: { ...down.outcome, cause: `its container is not running: ${down.outcome.cause}` } };
  // What is seen of the node is then of the container on its way out: joined, authorized, with an address, and soon gone.
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

const containerOf = ({ node }: MembershipItem, { items }: AssessContext): ContainerItem | undefined =>
  items.find((other): other is ContainerItem => other.kind === 'container' && other.node === node);

function failedBy(item: MembershipItem, context: AssessContext): Assessment | undefined {
  const error = context.lastError(item);
  return error && failed(error.code, error.cause, 0, error.fix);
}

const unseen = <T>(part: Part<T>): Assessment | undefined =>
  part.known ? undefined : failed(part.code, part.cause, BLIP_MS, part.fix);

function assessLeaving(
  item: MembershipItem,
  container: ContainerItem | undefined,
  node: ObservedNode | undefined,
  context: AssessContext,
): Assessment | undefined {
  if (
    isWantedByAnother(
      item,
      context.items.filter((other) => other.kind === 'membership'),
    )
  )
    return done('wanted again');
  const { containers } = context.observed;
  if (item.nodeKind === 'container') {
    if (!containers.known) return failed(containers.code, containers.cause, BLIP_MS, containers.fix);
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
  switch (joined.status) {
    case 'OK':
      return assessKernel(item, joined, node);
    case 'ACCESS_DENIED':
      return waiting(
        'authorization',
        `the network's controller has not authorized ${address}`,
        authorizeFix(network, address),
      );
    case 'AUTHENTICATION_REQUIRED':
      return waiting(
        'authentication',
        'the network asks for single sign-on',
        joined.authenticationUrl
          ? `Sign in at ${joined.authenticationUrl}`
          : 'Sign in as the owner of the network says.',
      );
    case 'NOT_FOUND':
      return waiting(
        'network-not-found',
        `the controller ${network.slice(0, 10)} has no network ${network}`,
        'Check the id of the network, or make it on its controller.',
        KERNEL_MS,
      );
    case 'PORT_ERROR':
      return failed('port-error', 'zerotier-one could not set up the interface', KERNEL_MS);
    case 'CLIENT_TOO_OLD':
      return failed('client-too-old', 'the network asks for a newer zerotier-one', KERNEL_MS);
    case 'REQUESTING_CONFIGURATION':
    case 'UNKNOWN':
      return waiting('configuration', ...whyNoConfiguration(network, node), CONFIGURATION_MS);
  }
}

/** A node finds its controller through a root. Of roots only those to which there is a path are seen as peers. */
function whyNoConfiguration(network: string, { daemon, peers }: ObservedNode): [cause: string, fix: string] {
  const controller = network.slice(0, 10);
  const hasRoot = !peers.known || peers.value.some(({ role }) => role !== 'LEAF');
  if (!hasRoot && daemon.known && !daemon.value.online)
    return [
      `zerotier-one reaches no root (UDP, port 9993), so it cannot find the controller ${controller}`,
      'Let UDP leave this host towards the roots of ZeroTier. Without internet: run a root of your own, and put its .moon file into the folder ORRERY_MOONS_DIR of this agent (docs/controllers.md).',
    ];
  return [
    `the controller ${controller} has not answered yet`,
    'A new node may have to wait for most of a minute. If it goes on: does the controller run, and do this host and that of the controller have a root in common (UDP, port 9993)?',
  ];
}

/** OK is the daemon's word; done is when the kernel shows it. */
function assessKernel(item: MembershipItem, joined: ObservedMembership, node: ObservedNode): Assessment | undefined {
  if (!node.interfaces.known) return unseen(node.interfaces);
  const device = joined.device ?? interfaceName(item.network);
  const shown = node.interfaces.value.find((one) => one.device === device);
  if (!shown?.up)
    return waiting(
      'interface',
      `zerotier-one says OK, and the kernel does not show ${device} up`,
      `Look at \`ip link show ${device}\` in the node's network namespace, and at its log.`,
      KERNEL_MS,
    );
  const expected = expectedAddresses(joined.addresses, item.settings);
  const absent = missingAddresses(expected, shown.addresses);
  if (absent.length > 0)
    return waiting(
      'address',
      `the network assigned ${absent.join(', ')}, and the kernel does not show it on ${device}`,
      `Look at \`ip addr show ${device}\` in the node's network namespace: something else may have removed it.`,
      KERNEL_MS,
    );
  return done([device, ...(expected.length > 0 ? expected : ['(the network assigns no address)'])].join(' '));
}
