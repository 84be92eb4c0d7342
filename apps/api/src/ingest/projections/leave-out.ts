import type { HostId } from '@orrery/shared/contracts';

/** Existing rows of one kind per host: bytes by key. */
export type HeldRows = ReadonlyMap<HostId, ReadonlyMap<string, number>>;

/**
 * Removes rows beyond the limit per host from `rows`, and returns the hosts concerned. Existing rows are replaced
 * before any are added; of new rows the first stay. Pure except for `rows`.
 */
export function leaveOut<Row extends { host_id: HostId }>(
  rows: Map<string, Row | null>,
  held: HeldRows,
  quota: { rows: number; bytes: number },
  sizeOf: (row: Row) => number,
): Set<HostId> {
  const over = new Set<HostId>();
  const room = new Map<HostId, { rows: number; bytes: number }>();
  const roomOf = (host: HostId) => {
    const known = room.get(host);
    if (known) return known;
    const sizes = held.get(host) ?? new Map<string, number>();
    const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    const fresh = { rows: quota.rows - sizes.size, bytes: quota.bytes - bytes };
    room.set(host, fresh);
    return fresh;
  };
  const inOrder = [...rows].flatMap(([key, row]) => (row ? [{ key, row, had: held.get(row.host_id)?.get(key) }] : []));
  for (const { key, row, had } of [...inOrder.filter(isThere), ...inOrder.filter((one) => !isThere(one))]) {
    const left = roomOf(row.host_id);
    const more = sizeOf(row) - (had ?? 0);
    if ((had === undefined && left.rows < 1) || (more > 0 && more > left.bytes)) {
      rows.delete(key);
      over.add(row.host_id);
      continue;
    }
    if (had === undefined) left.rows -= 1;
    left.bytes -= more;
  }
  return over;
}

const isThere = ({ had }: { had: number | undefined }) => had !== undefined;
