import { explain, explainAgain, isOfContainer, type ObservedNode, type ObservedState } from '@orrery/shared/contracts';
import type { FindingsInput, FoundCause } from './found-cause.js';

const BLIP_MS = 6_000;

/** Reasons why the agent cannot see or use the engine or the host's own daemon. */
export function findNodes(input: FindingsInput): FoundCause[] {
  const { items, observed } = input;
  const found: FoundCause[] = [];
  const { engine } = observed;
  const wantsContainers = items.some(isOfContainer);
  if (!engine.known && wantsContainers)
    found.push({
      ...{ node: null, network: null, item: null, severity: 'error', holdMs: BLIP_MS },
      ...explainAgain(engine),
    });
  for (const node of unheardNodes(observed)) found.push(notHeard(node, input));
  for (const { node, kind, daemon } of observed.nodes) {
    const port = daemon.known ? daemon.value.lacksPort : undefined;
    if (port !== undefined)
      found.push({
        ...{ node, network: null, item: null, severity: 'error', holdMs: BLIP_MS },
        ...explain(kind === 'host' ? 'udp-port-taken/host' : 'udp-port-taken/container', { port: String(port) }),
      });
    if (kind !== 'host' || daemon.known) continue;
    const isWanted = items.some((item) => item.node === node && item.intent === 'present');
    if (!isWanted && daemon.code === 'zerotier-missing') continue;
    found.push({
      ...{ node, network: null, item: null, holdMs: BLIP_MS },
      severity: isWanted ? 'error' : 'warning',
      ...explainAgain(daemon),
    });
  }
  return found;
}

/** Nodes that have an address but are known not to have heard from anybody since they were started. */
export const unheardNodes = ({ nodes }: ObservedState): ObservedNode[] =>
  nodes.filter(
    ({ daemon, interfaces }) => daemon.known && daemon.value.heard === false && addressesOf(interfaces) !== '',
  );

const addressesOf = (interfaces: ObservedNode['interfaces']): string =>
  interfaces.known ? interfaces.value.flatMap(({ up, addresses }) => (up ? addresses : [])).join(' ') : '';

function notHeard({ node, interfaces }: ObservedNode, { items, observed }: FindingsInput): FoundCause {
  const container = observed.containers.known
    ? observed.containers.value.find((one) => one.node === node && one.ours)
    : undefined;
  const item = items.filter(isOfContainer).find((one) => one.node === node);
  return {
    ...{ node, network: null, item: item?.id ?? null, severity: 'warning', holdMs: BLIP_MS },
    ...explain('not-heard/since', { addresses: addressesOf(interfaces), since: container?.startedAt ?? 'some time' }),
  };
}
