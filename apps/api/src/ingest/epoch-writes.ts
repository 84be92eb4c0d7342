import { explain, type Epoch, type HostId } from '@orrery/shared/contracts';
import type { Run } from '../database/statements.js';
import { clearHostFindings, raiseHostFindings } from '../findings/host-findings.js';
import type { HostContext } from './group-context.js';

/** How far a host's epoch is stored after this group. */
export interface CursorMove {
  host: HostId;
  epoch: Epoch;
  ordinal: number;
  cursor: number;
  takesOver: boolean;
}

/** A closed epoch sent a batch. */
export interface FenceWrite {
  host: HostId;
  epoch: Epoch;
  fences: number;
  cloned: boolean;
}

export async function moveCursors(run: Run, moves: readonly CursorMove[], now: Date): Promise<void> {
  if (moves.length === 0) return;
  await closeOthers(
    run,
    moves.filter(({ takesOver }) => takesOver),
  );
  await run(
    `INSERT INTO epochs (host_id, epoch, ordinal, cursor, heard_at)
     SELECT host, epoch, ordinal, cursor, $2 FROM jsonb_to_recordset($1::jsonb) AS r(host text, epoch text, ordinal integer, cursor bigint)
     ON CONFLICT (host_id, epoch) DO UPDATE SET ordinal = excluded.ordinal, cursor = excluded.cursor, heard_at = excluded.heard_at`,
    [JSON.stringify(moves), now],
  );
}

/**
 * A newer epoch sends its first batch: nothing more is accepted from older ones, and a conflict between clones is over.
 */
async function closeOthers(run: Run, moves: readonly CursorMove[]): Promise<void> {
  if (moves.length === 0) return;
  const list = JSON.stringify(moves.map(({ host, epoch }) => ({ host, epoch })));
  const hosts = moves.map(({ host }) => host);
  await run(
    `UPDATE epochs e SET closed = true FROM jsonb_to_recordset($1::jsonb) AS r(host text, epoch text)
     WHERE e.host_id = r.host AND e.host_id = ANY($2) AND e.epoch <> r.epoch AND NOT e.closed`,
    [list, hosts],
  );
  await run(
    `UPDATE host_status s SET epoch = r.epoch FROM jsonb_to_recordset($1::jsonb) AS r(host text, epoch text)
     WHERE s.host_id = r.host AND s.host_id = ANY($2) AND s.epoch IS DISTINCT FROM r.epoch`,
    [list, hosts],
  );
  await clearHostFindings(
    run,
    moves.map(({ host }) => ({ host, code: 'host-cloned' })),
  );
}

const CLONED = { severity: 'error', ...explain('host-cloned/by-api') } as const;

/** The host's name and its epochs, for the event. */
type Told = Pick<HostContext, 'name' | 'known'>;

/** Records that closed epochs sent batches. Two agents with one identity are both closed, and that is reported. */
export async function writeFences(
  run: Run,
  fences: readonly FenceWrite[],
  hosts: ReadonlyMap<HostId, Told>,
  now: Date,
): Promise<void> {
  if (fences.length === 0) return;
  await run(
    `UPDATE epochs e SET fenced_at = $2, fences = r.fences FROM jsonb_to_recordset($1::jsonb) AS r(host text, epoch text, fences integer)
     WHERE e.host_id = r.host AND e.epoch = r.epoch`,
    [JSON.stringify(fences), now],
  );
  const cloned = fences.filter((fence) => fence.cloned);
  if (cloned.length === 0) return;
  const ids = cloned.map(({ host }) => host);
  await run('UPDATE epochs SET closed = true WHERE host_id = ANY($1)', [ids]);
  await raiseHostFindings(
    run,
    ids.map((host) => ({ host, ...CLONED })),
  );
  const facts = cloned.map(({ host, epoch }) => {
    const { name = host, known = [] } = hosts.get(host) ?? {};
    return { host, name, epochs: [epoch, ...known.filter(({ closed }) => !closed).map((other) => other.epoch)] };
  });
  await run(
    `INSERT INTO outbox (type, host_id, data)
     SELECT 'host.cloned', r.host, jsonb_build_object('name', r.name, 'epochs', r.epochs)
     FROM jsonb_to_recordset($1::jsonb) AS r(host text, name text, epochs jsonb)`,
    [JSON.stringify(facts)],
  );
}
