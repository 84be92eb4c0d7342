import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { alignedRows, type Column, tableLines } from './table.js';

const columns: Column<{ name: string; note: string }>[] = [
  { title: 'NAME', text: (row) => row.name, tone: () => 'strong' },
  { title: 'NOTE', text: (row) => row.note },
];

describe('a table', () => {
  it('is aligned by width on screen, with wide characters and colors', () => {
    const rows = [
      { name: '日本', note: 'x' },
      { name: 'abcd', note: '' },
    ];
    expect(tableLines(columns, rows, pc.createColors(false), 0)).toEqual(['NAME   NOTE', '日本   x', 'abcd   -']);
    const colored = tableLines(columns, rows, pc.createColors(true), 0);
    expect(colored[1]).toBe('\u001b[1m日本\u001b[22m   x');
  });

  const cpuOf = (work: () => unknown): number => {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
  /** Limit for ten times the input: linear growth is 10 plus some noise, quadratic growth would be 100. */
  const LINEAR = 35;
  const ratioOf = (small: () => unknown, large: () => unknown): number => {
    small();
    const ratios = Array.from({ length: 3 }, () => cpuOf(large) / Math.max(cpuOf(small), 1000));
    return Math.min(...ratios);
  };

  it('takes time that grows with its rows, not with their square', () => {
    const rows = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ name: `web-${at}`, note: 'é'.repeat(at % 9) }));
    const [few, all] = [rows(2294), rows(22_939)];
    const draw = (list: typeof few) => tableLines(columns, list, pc.createColors(false), 0);
    expect(draw(all)).toHaveLength(22_940);
    expect(
      ratioOf(
        () => draw(few),
        () => draw(all),
      ),
    ).toBeLessThan(LINEAR);
  });

  it('takes time that grows with its longest cell, not with its square', () => {
    const draw = (length: number) => () => alignedRows([[' '.repeat(length), `x${' '.repeat(length)}é`]]);
    expect(ratioOf(draw(20_000), draw(200_000))).toBeLessThan(LINEAR);
  });

  it('cuts a cell of 200 kB, so that other rows stay readable', () => {
    const rows = [
      { name: 'attacker', note: 'x'.repeat(200_000) },
      { name: 'calm', note: 'short' },
    ];
    const lines = tableLines(columns, rows, pc.createColors(false), 0);
    expect(lines[1]).toMatch(/^attacker {3}x+…$/);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(400);
    expect(lines[2]).toBe('calm       short');
  });

  it('keeps one row on one line, whatever it contains', () => {
    expect(tableLines(columns, [{ name: 'a\nb\u001b[2J', note: ' ' }], pc.createColors(false), 0)).toHaveLength(2);
  });
});
