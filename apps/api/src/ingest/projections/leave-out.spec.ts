import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import type { HostId } from '@orrery/shared/contracts';
import { leaveOut } from './leave-out.js';

const [a, b] = [newId('hst'), newId('hst')];
interface Row {
  host_id: HostId;
  size: number;
}
const rowsOf = (...rows: [key: string, host: HostId, size?: number][]) =>
  new Map<string, Row | null>(rows.map(([key, host_id, size = 1]) => [key, { host_id, size }]));
const heldBy = (host: HostId, ...keys: string[]) => new Map([[host, new Map(keys.map((key) => [key, 10]))]]);
const quota = { rows: 3, bytes: 40 };
const left = (rows: Map<string, Row | null>, held = new Map<HostId, Map<string, number>>()) => [
  [...leaveOut(rows, held, quota, ({ size }) => size)],
  [...rows.keys()],
];

describe('leaveOut', () => {
  it('keeps the first rows of each host that fit, and leaves out the others of that host alone', () => {
    const rows = rowsOf(['1', a], ['2', a], ['3', a], ['4', a], ['5', b]);
    expect(left(rows)).toEqual([[a], ['1', '2', '3', '5']]);
  });

  it('always replaces existing rows, and counts them', () => {
    const rows = rowsOf(['new', a], ['3', a], ['1', a]);
    expect(left(rows, heldBy(a, '1', '2', '3'))).toEqual([[a], ['3', '1']]);
    expect(left(rowsOf(['new', a]), heldBy(a, '1', '2'))).toEqual([[], ['new']]);
  });

  it('leaves out rows with too many bytes, and lets a row shrink in a host that is full', () => {
    expect(left(rowsOf(['new', a, 11]), heldBy(a, '1', '2'))).toEqual([[], ['new']]);
    expect(left(rowsOf(['new', a, 21]), heldBy(a, '1', '2'))).toEqual([[a], []]);
    expect(left(rowsOf(['1', a, 2]), new Map([[a, new Map([['1', 100]])]]))).toEqual([[], ['1']]);
  });

  it('leaves deletions alone', () => {
    const rows = new Map<string, Row | null>([['1', null], ...rowsOf(['2', a])]);
    expect(left(rows, heldBy(a, '1'))).toEqual([[], ['1', '2']]);
  });
});
