import { explain, explainAgain, isOfContainer, type RouterItem } from '@orrery/shared/contracts';
import { ownContainer } from '../plan/node-container.js';
import { isAsWritten, obstacleOf } from '../router/routers.js';
import { strayCheck, strayWatch } from '../router/watching.js';
import { assessContainer, failedBy } from './assess-container.js';
import type { AssessContext } from './assess-context.js';
import { assessMembership } from './assess-membership.js';
import { done, failed, type Assessment } from './outcomes.js';

/** A look may come while the host's network changes, or between the start of a container and its table. */
const BLIP_MS = 6_000;

/** Done when the container runs, its node is in the network with its address, and its namespace lets through what it should and no more. */
export function assessRouter(item: RouterItem, context: AssessContext): Assessment | undefined {
  const { items, observed, facts } = context;
  const container = items.filter(isOfContainer).find(({ node }) => node === item.node);
  if (item.intent === 'absent') return assessClosed(item, context);
  if (!container || container.intent === 'absent')
    return failed(explain('unexpected', { cause: 'the desired state has no container for this router' }), BLIP_MS);
  if (container.kind === 'attachment') return failed(explain('unsupported/attached-router'));
  const obstacle = obstacleOf(item, facts);
  if (obstacle) return failed(obstacle, BLIP_MS);
  const [check, watch] = [strayCheck(item), strayWatch(item, observed)];
  if (check) return failed(check);
  if (watch) return failed(watch, BLIP_MS);
  const down = assessContainer(container, context);
  if (down?.outcome.kind !== 'done') return within('its container is not running', down);
  const membership = items.find(
    (one) => one.kind === 'membership' && one.node === item.node && one.network === item.network,
  );
  if (membership?.kind !== 'membership' || membership.intent === 'absent')
    return failed(
      explain('unexpected', { cause: 'the desired state does not have the router in its network' }),
      BLIP_MS,
    );
  const joined = assessMembership(membership, context);
  if (joined?.outcome.kind !== 'done') return within('its node is not in the network', joined);
  const error = context.lastError(item);
  const node = observed.nodes.find((one) => one.node === item.node);
  const router = node?.router;
  if (router && !router.known) return failed(explainAgain(router), BLIP_MS);
  const ways = facts.routers?.get(item.node);
  const isOpen = ways !== undefined && router?.value.forwards === true && isAsWritten({ router }, ways);
  if (!isOpen) return error && failed(explainAgain(error));
  return done(`${item.prefixes.join(', ')} (${joined.outcome.detail ?? ''})`);
}

/** It is closed when its container is gone, does not forward, or forwards only for other networks. */
function assessClosed(item: RouterItem, context: AssessContext): Assessment | undefined {
  const { observed, facts, items } = context;
  if (!observed.containers.known) return failed(explainAgain(observed.containers), BLIP_MS);
  const isWantedByAnother = items.some(
    (other) =>
      other.kind === 'router' &&
      other.intent === 'present' &&
      other.node === item.node &&
      other.network === item.network,
  );
  if (isWantedByAnother) return done('desired again');
  const container = items.filter(isOfContainer).find(({ node }) => node === item.node);
  const own = container
    ? ownContainer(container, observed)
    : observed.containers.value.find(({ node, ours }) => node === item.node && ours);
  if (!own) return done('its container is gone');
  if (!own.forwards) return done('its container does not forward');
  const router = observed.nodes.find((one) => one.node === item.node)?.router;
  const isRouterStill = facts.routers?.has(item.node) === true;
  if (isRouterStill && router?.known && router.value.ways?.every(({ network }) => network !== item.network))
    return done('closed');
  return container ? failedBy(container, context) : undefined;
}

function within(what: string, assessed: Assessment | undefined): Assessment | undefined {
  if (!assessed || assessed.outcome.kind === 'done') return undefined;
  const { outcome } = assessed;
  return { ...assessed, outcome: { ...outcome, cause: `${what}: ${outcome.cause}` } };
}
