import type {
  ApiFact,
  CommandAction,
  CommandId,
  CommandState,
  HostId,
  NetworkId,
  NodeId,
  Outcome,
} from '@orrery/shared/contracts';
import type { Run } from '../database/statements.js';
import { commandFact } from '../wanted/command-writes.js';
import { standingOf, type Standing } from './command-standing.js';
import { subjectOf, type NewEvent } from './event-rows.js';

interface CommandRow {
  id: CommandId;
  host_id: HostId;
  action: CommandAction;
  target: string;
  node_id: NodeId | null;
  network_ids: NetworkId[];
  state: CommandState;
  outcome: Outcome | null;
  host_name: string;
  simulated: boolean;
  container: string | null;
  outcomes: (Outcome | null)[];
}

const SELECT = `
  SELECT c.*, h.name AS host_name, h.simulated, k.name AS container,
    (SELECT jsonb_agg(i.outcome ORDER BY i.item_id) FROM command_items i WHERE i.command_id = c.id) AS outcomes
  FROM commands c JOIN hosts h ON h.id = c.host_id LEFT JOIN containers k ON k.id = c.container_id
  WHERE c.id = ANY($1) ORDER BY c.created_at, c.id`;

/** Commands of which their host speaks were delivered, whether or not anybody noticed; gives the events that tell of it. */
export async function deliverCommands(run: Run, ids: readonly CommandId[], now: Date): Promise<NewEvent[]> {
  if (ids.length === 0) return [];
  const queued = await run<{ id: CommandId }>(
    `UPDATE commands SET state = 'delivered', delivered_at = $2 WHERE id = ANY($1) AND state = 'queued' RETURNING id`,
    [ids, now],
  );
  if (queued.length === 0) return [];
  const delivered = queued.map(({ id }) => id);
  await writeStages(
    run,
    delivered.map((id) => ({ id, stage: 'delivered', detail: '' })),
    now,
  );
  const commands = await run<CommandRow>(SELECT, [delivered]);
  return commands.map((command) => toRow(command, commandFact('command.delivered', subjectFor(command), 'agent')));
}

const subjectFor = ({ id, host_id: hostId, action, target, node_id: nodeId, network_ids: networkIds }: CommandRow) => ({
  id,
  hostId,
  action,
  target,
  nodeId,
  networkIds,
});

/** Moves commands on, by what their items say now, and gives the events that tell of it. */
export async function moveCommands(run: Run, ids: readonly CommandId[], now: Date): Promise<NewEvent[]> {
  if (ids.length === 0) return [];
  const commands = await run<CommandRow>(SELECT, [ids]);
  const moves = commands.map((command) => ({ command, standing: standingOf(command.outcomes) }));
  const list = moves.map(({ command, standing }) => ({ id: command.id, ...standing, ended: isEnd(standing) }));
  await run(
    `UPDATE commands c SET state = r.state, outcome = r.outcome, ended_at = CASE WHEN r.ended THEN $2::timestamptz END
     FROM jsonb_to_recordset($1::jsonb) AS r(id text, state text, outcome jsonb, ended boolean) WHERE c.id = r.id`,
    [JSON.stringify(list), now],
  );
  const ends = moves.filter(({ standing }) => isEnd(standing));
  const endOf = ({ command: { id }, standing: { state, outcome } }: Move) => ({
    id,
    stage: state,
    detail: causeOf(outcome),
  });
  await writeStages(run, ends.map(endOf), now);
  return moves.flatMap(({ command, standing }) => eventsOf(command, standing));
}

interface Move {
  command: CommandRow;
  standing: Standing;
}

const isEnd = ({ state }: Standing) => state === 'done' || state === 'failed';

async function writeStages(
  run: Run,
  stages: readonly { id: CommandId; stage: string; detail: string }[],
  now: Date,
): Promise<void> {
  if (stages.length === 0) return;
  await run(
    `INSERT INTO command_stages (command_id, stage, detail, at)
     SELECT id, stage, detail, $2 FROM jsonb_to_recordset($1::jsonb) AS r(id text, stage text, detail text) ON CONFLICT DO NOTHING`,
    [JSON.stringify(stages), now],
  );
}

const causeOf = (outcome: Outcome | null) => (outcome && 'cause' in outcome ? outcome.cause : '');

function eventsOf(command: CommandRow, { state, outcome }: Standing): NewEvent[] {
  const { id, host_id, action, target, outcome: before } = command;
  const isNews = state !== command.state || codeOf(outcome) !== codeOf(before);
  if (state === 'delivered' || !outcome || !isNews) return [];
  return [toRow(command, { type: `command.${state}`, data: { command: id, host: host_id, action, target, outcome } })];
}

const codeOf = (outcome: Outcome | null) => (outcome && 'code' in outcome ? outcome.code : outcome?.kind);

function toRow(command: CommandRow, { type, data }: ApiFact): NewEvent {
  const { id, host_id, node_id, network_ids, container, host_name, simulated } = command;
  const [network_id = null] = network_ids.length === 1 ? network_ids : [];
  const subject = subjectOf(host_name, container, network_id);
  const refs = { host_id, node_id, network_id, container_name: container, command_id: id, subject, simulated };
  return { type, data, ...refs, epoch: null, seq: null, host_at: null, happened_at: null };
}
