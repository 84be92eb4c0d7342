import { explain, explainAgain, type NodeContainerItem, type ObservedContainer } from '@orrery/shared/contracts';
import type { AssessContext } from './assess-context.js';
import { assessWorkload } from './assess-workload.js';
import { done, failed, type Assessment } from './outcomes.js';
import { mustBeMadeAnew, ownContainer } from '../plan/node-container.js';
import { isElsewhere } from '../plan/plan-attachment.js';
import { changedContainer, leavesIdentity, nameHolder } from '../plan/plan-container.js';

/** How long a part may be invisible, or a container down, before it counts. */
const BLIP_MS = 6_000;

export function assessContainer(item: NodeContainerItem, context: AssessContext): Assessment | undefined {
  const { observed } = context;
  if (!observed.containers.known) return failed(explainAgain(observed.containers), BLIP_MS);
  const own = ownContainer(item, observed);
  if (item.intent === 'absent') {
    const changed = own ? undefined : changedContainer(item, observed);
    if (changed) return failedByChange(changed);
    if (!own && !leavesIdentity(item, context.facts)) return done('removed');
    return failedBy(item, context);
  }
  const held = item.kind === 'attachment' ? assessWorkload(item, context) : undefined;
  if (held) return held;
  if (!own) return blockedByName(item, context) ?? failedBy(item, context);
  if (item.kind === 'attachment' && isElsewhere(item, own, observed)) return failedBy(item, context);
  if (mustBeMadeAnew(item, own, item.kind === 'container' && context.facts.routers?.has(item.node) === true))
    return withoutIdentity(item, context) ?? failedBy(item, context);
  if (own.state === 'running') return assessDaemon(item, context);
  return failedBy(item, context) ?? stopped(own);
}

export function failedBy(item: NodeContainerItem, context: AssessContext): Assessment | undefined {
  const error = context.lastError(item);
  return error && failed(explainAgain(error));
}

function blockedByName(item: NodeContainerItem, { items, observed }: AssessContext): Assessment | undefined {
  const holder = nameHolder(item, observed);
  const isLeaving = items.some(({ id, intent }) => id === holder?.item && intent === 'absent');
  if (!holder || (holder.ours && isLeaving)) return undefined;
  if (holder.item === item.id && holder.differs !== undefined) return failedByChange(holder);
  return failed(explain('container-name-taken/foreign', { name: item.name, id: holder.engineId.slice(0, 12) }));
}

function failedByChange({ name, engineId, differs }: ObservedContainer): Assessment {
  return failed(
    explain('container-name-taken/changed', { name, id: engineId.slice(0, 12), differs: differs ?? 'unknown' }),
  );
}

function withoutIdentity(item: NodeContainerItem, { facts }: AssessContext): Assessment | undefined {
  if (facts.hasIdentity(item.node)) return undefined;
  return failed(explain('identity-lost/cannot-recreate'));
}

function assessDaemon(item: NodeContainerItem, context: AssessContext): Assessment | undefined {
  const daemon = context.observed.nodes.find(({ node }) => node === item.node)?.daemon;
  if (daemon?.known) return done(daemon.value.address);
  return failedBy(item, context) ?? (daemon && failed(explainAgain(daemon), BLIP_MS));
}

function stopped({ state, exitCode, oomKilled }: ObservedContainer): Assessment | undefined {
  if (state === 'created') return undefined;
  if (state === 'paused') return failed(explain('container-paused/by-somebody'), BLIP_MS);
  const why = oomKilled ? 'it used more memory than its limit' : `exit code ${exitCode ?? 'unknown'}`;
  const situation = oomKilled ? 'container-died/out-of-memory' : 'container-died';
  return failed(explain(situation, { cause: `the container ended: ${why}` }), BLIP_MS);
}
