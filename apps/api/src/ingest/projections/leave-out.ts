import type { HostId } from '@orrery/shared/contracts';

/** Rows of one kind that a host has already: bytes by key. */
export type Held = ReadonlyMap<HostId, ReadonlyMap<string, number>>;

/**
 * Takes out of `rows` what is more than may be kept of one host, and says of which hosts. What is there is replaced before anything is
 * added; of what is new the first stay. Pure but for `rows`.
 */
export function leaveOut<Row extends { host_id: HostId }>(
  rows: Map<string, Row | null>,
  held: Held,
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
