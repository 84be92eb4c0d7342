import type { CommandId, EventBatchReply, HostId } from '@orrery/shared/contracts';
import { hintAtAddresses, hintAtRouters } from '../admission/hints.js';
import { CHANNELS } from '../database/channels.js';
import type { Run } from '../database/statements.js';
import { noteQuotas } from '../quotas/note-quotas.js';
import { isPoison, lastSeq, type Batch } from './batch.js';
import { commandsOf, progressIn, settledIn, writeOutcomes, writeProgress } from './command-progress.js';
import { deliverCommands, moveCommands } from './command-moves.js';
import { moveCursors, writeFences, type CursorMove, type FenceWrite } from './epoch-writes.js';
import { admit } from './epochs.js';
import { refsOfFact } from './event-refs.js';
import { insertEvents, toNewEventRow, within, type NewEventRow } from './new-event-rows.js';
import { openGroup, type GroupContext } from './group-context.js';
import { drainOutbox } from './outbox-drain.js';
import { ObservedChanges, partsOf } from './projections/observed-changes.js';
import { project } from './projections/project.js';
import { writeChanges } from './projections/write-changes.js';
import { quarantine, type QuarantinedEvent } from './quarantine.js';
import { dropSettledAbsences } from './settled-absences.js';
import { foreignPart, type StoredEvent } from './stored-event.js';

/** `held`: another transaction is changing this host; its batch goes into the next group. */
export type GroupReply = EventBatchReply | 'held';

/** Everything to be written, decided before the first write. */
interface Plan {
  replies: Map<HostId, GroupReply>;
  events: StoredEvent[];
  poison: QuarantinedEvent[];
  cursors: CursorMove[];
  fences: FenceWrite[];
}

const UNKNOWN_HOST: EventBatchReply = { result: 'fenced', cause: 'no such host has joined here' };

/**
 * One group in one transaction: at most one batch of each host, and the outbox. Everything that these events change is
 * written here, so that history, projections, commands and cursors never disagree; the caller commits and then answers.
 */
export async function writeGroup(
  run: Run,
  batches: readonly Batch[],
  outboxMost: number,
): Promise<Map<HostId, GroupReply>> {
  const context = await openGroup(run, batches);
  const { now } = context;
  const drained = outboxMost > 0 ? await drainOutbox(run, outboxMost) : [];
  const plan = planGroup(batches, context);
  const { events, cursors, poison } = plan;
  const commands = await commandsOf(run, events);
  const own = toRows(events, commands, context);
  const changes = projectAll(events, poison, context);
  const met = await writeChanges(run, changes, now);
  await hintAtAddresses(
    run,
    [...changes.nodes.values()].flatMap((node) => (node?.address ? [node.node_id] : [])),
  );
  await hintAtLabels(run, changes);
  await hintAtRouters(run, changedNodes(changes), [...changes.items.keys()]);
  await writeFences(run, plan.fences, context.hosts, now);
  const delivered = await deliverCommands(run, [...new Set(commands.values())], now);
  const told = await writeCommands(run, events, context);
  met.push(...(await quarantine(run, poison)));
  await noteQuotas(run, met);
  await moveCursors(run, cursors, now);
  const last = await insertEvents(run, [...drained, ...delivered, ...own, ...told], now);
  if (last !== undefined) await run('SELECT pg_notify($1, $2)', [CHANNELS.events, String(last)]);
  return plan.replies;
}

/** Nodes of which something changed that matters to a router: it can have another address, or be down. */
const changedNodes = ({ interfaces, sweeps, nodes, containers, routers }: ObservedChanges): string[] => [
  ...new Set([
    ...[...interfaces.keys()].flatMap((key) => partsOf(key)[0] ?? []),
    ...sweeps.interfaces.keys(),
    ...[nodes, containers, routers].flatMap((rows) => [...rows.keys()]),
  ]),
];

/** Hosts whose workloads changed: what their labels ask for may have changed, too. */
async function hintAtLabels(run: Run, { workloads, sweeps }: ObservedChanges): Promise<void> {
  const hosts = new Set([...[...workloads.keys()].map((key) => partsOf(key)[0]), ...sweeps.workloads.keys()]);
  if (hosts.size > 0)
    await run('SELECT pg_notify($1, host) FROM unnest($2::text[]) AS h(host)', [CHANNELS.labels, [...hosts]]);
}

function planGroup(batches: readonly Batch[], context: GroupContext): Plan {
  const plan: Plan = { replies: new Map(), events: [], poison: [], cursors: [], fences: [] };
  for (const batch of batches) {
    const reply = context.held.has(batch.host) ? 'held' : planBatch(batch, context, plan);
    plan.replies.set(batch.host, reply);
  }
  return plan;
}

function planBatch(batch: Batch, context: GroupContext, plan: Plan): GroupReply {
  const { host, epoch } = batch;
  const known = context.hosts.get(host);
  if (!known) return UNKNOWN_HOST;
  const admission = admit(batch, known);
  if (admission.kind === 'fence') plan.fences.push({ host, epoch, ...admission.fence });
  if (admission.kind !== 'store') return admission.reply;
  const { ordinal, skip, takesOver } = admission;
  const cursor = lastSeq(batch);
  plan.cursors.push({ host, epoch, ordinal, cursor, takesOver });
  let wantsSnapshot = known.wantsSnapshot;
  for (const event of batch.events.slice(skip)) {
    const foreign = isPoison(event) ? undefined : foreignPart(host, event, context);
    if (!isPoison(event) && !foreign) {
      plan.events.push({ ...event, host, epoch, ordinal, refs: refsOfFact(event.fact) });
      if (event.fact.type === 'host.snapshot') wantsSnapshot = false;
      else if (event.fact.type === 'history.gap') wantsSnapshot = true;
      continue;
    }
    const poison = isPoison(event) ? event : asPoison(event, foreign);
    plan.poison.push({ ...poison, host, epoch });
    if (poison.type !== 'host.snapshot') wantsSnapshot = true;
  }
  // A backlog is history; the current epoch reports the present state.
  return { result: 'stored', cursor, wantsSnapshot: wantsSnapshot && (takesOver || epoch === known.current) };
}

function asPoison({ seq, fact }: { seq: number; fact: { type: string; data: unknown } }, reason = '') {
  return { seq, reason, type: fact.type, raw: Buffer.from(JSON.stringify(fact)) };
}

function toRows(
  events: readonly StoredEvent[],
  commands: Map<string, CommandId>,
  context: GroupContext,
): NewEventRow[] {
  return events.map((event) => {
    const { data } = event.fact as { data: { item?: string | null; revision?: number } };
    return toNewEventRow(event, context, commands.get(`${data.item} ${data.revision}`) ?? null);
  });
}

function projectAll(
  events: readonly StoredEvent[],
  poison: readonly QuarantinedEvent[],
  { nodes }: GroupContext,
): ObservedChanges {
  const changes = new ObservedChanges();
  // The content of a poison event is missing in the projections; a snapshot in the same batch makes up for it.
  for (const { host, type } of poison) if (type !== 'host.snapshot') changes.host(host).wants_snapshot = true;
  for (const event of events) project(changes, event, (node) => nodes.get(node)?.host === event.host);
  return changes;
}

/** A command ends with the last of its items, so its event happened when its host's newest event did. */
async function writeCommands(
  run: Run,
  events: readonly StoredEvent[],
  { hosts, now }: GroupContext,
): Promise<NewEventRow[]> {
  const newest = new Map<string | null, Date>();
  for (const { host, happenedAt } of events) {
    const before = newest.get(host);
    if (!before || before < happenedAt) newest.set(host, happenedAt);
  }
  const settled = settledIn(events);
  await writeProgress(run, progressIn(events), now);
  const told = await moveCommands(run, await writeOutcomes(run, settled), now);
  await dropSettledAbsences(run, settled);
  return told.map((row) => {
    const moment = newest.get(row.host_id);
    return moment ? { ...row, happened_at: within(moment, hosts.get(row.host_id as HostId)?.createdAt, now) } : row;
  });
}
