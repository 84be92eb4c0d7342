import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { type Column, tableLines } from './table.js';

const columns: Column<{ name: string; note: string }>[] = [
  { title: 'NAME', text: (row) => row.name, tone: () => 'strong' },
  { title: 'NOTE', text: (row) => row.note },
];

describe('a table', () => {
  it('is aligned by what is seen: wide characters and colours count as they are drawn', () => {
    const rows = [
      { name: '日本', note: 'x' },
      { name: 'abcd', note: '' },
    ];
    expect(tableLines(columns, rows, pc.createColors(false), 0)).toEqual(['NAME   NOTE', '日本   x', 'abcd   -']);
    const colored = tableLines(columns, rows, pc.createColors(true), 0);
    expect(colored[1]).toBe('\u001b[1m日本\u001b[22m   x');
  });

  it('is as quick for a whole fleet as for a few hosts', () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => ({ name: `web-${index}`, note: 'é'.repeat(index % 9) }));
    const start = process.cpuUsage();
    expect(tableLines(columns, rows, pc.createColors(false), 0)).toHaveLength(20_001);
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(5); // 0.1 s; growing with the square it would be 20
  });

  it('keeps one row on one line, whatever is in it', () => {
    expect(tableLines(columns, [{ name: 'a\nb\u001b[2J', note: ' ' }], pc.createColors(false), 0)).toHaveLength(2);
  });
});
