import type { ContainerItem, ObservedContainer } from '@orrery/shared/contracts';
import type { AssessContext } from './assess-context.js';
import { done, failed, type Assessment } from './outcomes.js';
import { changedContainer, leavesIdentity, mustBeMadeAnew, nameHolder, ownContainer } from '../plan/plan-container.js';

/** How long a part may be out of sight, or a container down, before it counts. */
const BLIP_MS = 6_000;

export function assessContainer(item: ContainerItem, context: AssessContext): Assessment | undefined {
  const { observed } = context;
  if (!observed.containers.known)
    return failed(observed.containers.code, observed.containers.cause, BLIP_MS, observed.containers.fix);
  const own = ownContainer(item, observed);
  if (item.intent === 'absent') {
    const changed = own ? undefined : changedContainer(item, observed);
    if (changed) return failedByChange(changed);
    if (!own && !leavesIdentity(item, context.facts)) return done('removed');
    return failedBy(item, context);
  }
  if (!own) return blockedByName(item, context) ?? failedBy(item, context);
  if (mustBeMadeAnew(item, own)) return withoutIdentity(item, context) ?? failedBy(item, context);
  if (own.state === 'running') return assessDaemon(item, context);
  return failedBy(item, context) ?? stopped(own);
}

export function failedBy(item: ContainerItem, context: AssessContext): Assessment | undefined {
  const error = context.lastError(item);
  return error && failed(error.code, error.cause, 0, error.fix);
}

function blockedByName(item: ContainerItem, { items, observed }: AssessContext): Assessment | undefined {
  const holder = nameHolder(item, observed);
  const isLeaving = items.some(({ id, intent }) => id === holder?.item && intent === 'absent');
  if (!holder || (holder.ours && isLeaving)) return undefined;
  if (holder.item === item.id && holder.differs !== undefined) return failedByChange(holder);
  return failed(
    'container-name-taken',
    `a container named orrery-${item.name} (${holder.engineId.slice(0, 12)}) is there that Orrery did not make`,
  );
}

function failedByChange({ name, engineId, differs }: ObservedContainer): Assessment {
  return failed(
    'container-name-taken',
    `somebody changed the container orrery-${name} so that it is no longer as Orrery made it (${differs}): it is not touched`,
    0,
    `Remove it yourself on the host: \`docker rm -f ${engineId.slice(0, 12)}\` (orrery-${name}).`,
  );
}

function withoutIdentity(item: ContainerItem, { facts }: AssessContext): Assessment | undefined {
  if (facts.hasIdentity(item.node)) return undefined;
  return failed('identity-lost', 'the agent no longer has the identity of this node, so it cannot be made anew');
}

function assessDaemon(item: ContainerItem, context: AssessContext): Assessment | undefined {
  const daemon = context.observed.nodes.find(({ node }) => node === item.node)?.daemon;
  if (daemon?.known) return done(daemon.value.address);
  return failedBy(item, context) ?? (daemon && failed(daemon.code, daemon.cause, BLIP_MS, daemon.fix));
}

function stopped({ state, exitCode, oomKilled }: ObservedContainer): Assessment | undefined {
  if (state === 'created') return undefined;
  if (state === 'paused') return failed('container-paused', 'somebody paused the container', BLIP_MS);
  const why = oomKilled ? 'it used more memory than its limit' : `exit code ${exitCode ?? 'unknown'}`;
  return failed('container-died', `the container ended: ${why}`, BLIP_MS);
}
