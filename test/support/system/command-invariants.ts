import { isFinal, type CommandState } from '@orrery/shared/contracts';
import type { System } from './system.js';

interface CommandRow {
  id: string;
  host: string;
  state: CommandState;
  outcome: { kind: string } | null;
  created: number;
  ends: string[];
  ended: boolean;
}

type Asked = Pick<System, 'sql' | 'accepted'> & { hosts: ReadonlyMap<string, { isRunning: boolean }> };

/** Every acknowledged command exists, in exactly one state, and its history agrees. */
export async function commandFaults(system: Asked): Promise<string[]> {
  const rows = await system.sql<CommandRow>(
    `SELECT c.id, h.name AS host, c.state, c.outcome, c.ended_at IS NOT NULL AS ended,
       (SELECT count(*)::int FROM events e WHERE e.command_id = c.id AND e.type = 'command.created') AS created,
       ARRAY(SELECT substr(e.type, 9) FROM events e WHERE e.command_id = c.id
         AND e.type IN ('command.done', 'command.failed', 'command.cancelled', 'command.superseded')) AS ends
     FROM commands c JOIN hosts h ON h.id = c.host_id`,
  );
  const known = new Set(rows.map(({ id }) => id));
  const lost = [...system.accepted].filter((id) => !known.has(id));
  return [
    ...lost.map((id) => `the command ${id} was accepted and is lost`),
    ...rows.flatMap((row) => faultsOf(system, row)),
  ];
}

function faultsOf(system: Asked, { id, host, state, outcome, created, ends, ended }: CommandRow): string[] {
  const faults: string[] = [];
  const isHere = system.hosts.get(host)?.isRunning ?? false;
  if (created !== 1) faults.push(`it was created ${created} times`);
  if (isFinal(state) !== ended) faults.push(`it is ${state} and ${ended ? '' : 'not '}ended`);
  if (ends.join() !== (isFinal(state) ? state : ''))
    faults.push(`it is ${state}, and its history ends with [${ends.join()}]`);
  if (state === 'waiting' && outcome?.kind !== 'waiting') faults.push('it waits for nothing');
  if (isHere && (state === 'queued' || state === 'delivered')) faults.push(`it is ${state} although its host is here`);
  return faults.map((fault) => `the command ${id} on ${host}: ${fault}`);
}
