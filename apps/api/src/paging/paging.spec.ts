import { describe, expect, it } from '@jest/globals';
import { Selector } from '@orrery/shared/contracts';
import fc from 'fast-check';
import type { Sql } from '../database/sql.js';
import { decodeCursor, encodeCursor, Keyset, mapPage, toPage } from './keyset.js';
import { PageCursors } from './page-cursors.js';
import { whereSelector } from './selector-sql.js';
import { Where } from './where.js';

describe('a cursor', () => {
  it('decodes to the key that was encoded', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 100 }), { minLength: 1, maxLength: 5 }), (key) => {
        const types = key.map(() => 'text' as const);
        expect(decodeCursor(encodeCursor(key), types)).toEqual(key);
      }),
    );
  });

  it.each(['', 'x', '%%%', encodeCursor(['a', 'b']), '{"a":1}', '[1]'])(
    'is a bad request when it does not fit this list: %s',
    (cursor) => {
      expect(() => decodeCursor(cursor, ['text'])).toThrow(expect.objectContaining({ code: 'bad-request' }));
    },
  );

  it.each([
    ['x', false],
    ['2026-02-29 00:00:00+00', false],
    ['2026-01-01 25:00:00+00', false],
    ['0000-01-01 00:00:00+00', false],
    ['2026-01-01 00:00:00+23', false],
    ['2026-01-01', false],
    ['2028-02-29 23:59:59.123456+00', true],
    ['2026-01-01 00:00:00-03:30', true],
  ])('by time must have the form in which Postgres writes it: %s, %s', (text, isTime) => {
    const decode = () => decodeCursor(encodeCursor([text, 'id']), ['timestamptz', 'text']);
    if (isTime) expect(decode()).toEqual([text, 'id']);
    else expect(decode).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });
});

describe('a sealed cursor', () => {
  const cursors = new PageCursors(Buffer.alloc(32, 1));
  const sealed = cursors.seal('hosts', '["web-1"]');

  it('can be opened by its own list, even by another replica with the same key', () => {
    expect(cursors.open('hosts', sealed)).toBe('["web-1"]');
    expect(new PageCursors(Buffer.alloc(32, 1)).open('hosts', sealed)).toBe('["web-1"]');
    expect(cursors.open('hosts', cursors.seal('hosts', 'ü'.repeat(50)))).toBe('ü'.repeat(50));
  });

  it('cannot be opened with another list or key, nor when it was changed or forged', () => {
    expect(cursors.open('nodes', sealed)).toBeUndefined();
    expect(new PageCursors(Buffer.alloc(32, 2)).open('hosts', sealed)).toBeUndefined();
    const changed = Array.from(
      sealed,
      (letter, at) => `${sealed.slice(0, at)}${letter === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`,
    );
    for (const text of ['', 'x', '["web-1"]', `${sealed}A`, `${sealed}=`, ` ${sealed}`, sealed.slice(1), ...changed])
      expect([text, cursors.open('hosts', text)]).toEqual([text, undefined]);
  });
});

describe('a page', () => {
  const rows = ['a', 'b', 'c'].map((name) => ({ name, key: [name] }));

  it('has a next one only when one more row was found', () => {
    expect(toPage(rows, 2)).toEqual({ items: [{ name: 'a' }, { name: 'b' }], next: encodeCursor(['b']) });
    expect(toPage(rows, 3)).toEqual({ items: rows.map(({ name }) => ({ name })), next: null });
    expect(toPage([], 3)).toEqual({ items: [], next: null });
  });

  it('starts after the key of the cursor, which is passed as values', () => {
    const where = new Where().and('x = $?', 1);
    const keyset = new Keyset([{ sql: 'at', cast: 'timestamptz' }, { sql: 'id' }], 'DESC');
    const tail = keyset.tail(where, {
      limit: 10,
      after: encodeCursor(['2026-01-01 00:00:00+00', "'; DROP TABLE hosts"]),
    });
    expect(where.sql).toBe('WHERE (x = $1) AND ((at, id) < ($2::timestamptz, $3::text)) AND (at <= $4::timestamptz)');
    expect(where.values).toEqual([1, '2026-01-01 00:00:00+00', "'; DROP TABLE hosts", '2026-01-01 00:00:00+00']);
    expect(tail).toBe('ORDER BY at DESC, id DESC LIMIT 11');
  });
});

describe('a list', () => {
  const ORDER = new Keyset([{ sql: 'h.name' }]);
  const SELECT = `SELECT h.name, ${ORDER.key} FROM hosts h`;
  const asked: unknown[] = [];
  const sql = {
    query: (text: string, values: unknown[]) => {
      asked.push([text, values]);
      return Promise.resolve(['a', 'b', 'c'].map((name) => ({ name, key: [name] })));
    },
  } as unknown as Sql;

  it('consists of an order, a SELECT and the query', async () => {
    const page = await ORDER.page<{ name: string }>(sql, SELECT, new Where().and('h.up = $?', true), { limit: 2 });
    expect(page).toEqual({ items: [{ name: 'a' }, { name: 'b' }], next: encodeCursor(['b']) });
    expect(asked).toEqual([
      [
        'SELECT h.name, jsonb_build_array((h.name)::text) AS key FROM hosts h WHERE (h.up = $1) ORDER BY h.name ASC LIMIT 3',
        [true],
      ],
    ]);
    expect(mapPage(page, ({ name }) => name)).toEqual({ items: ['a', 'b'], next: page.next });
  });
});

describe('a selector in SQL', () => {
  it('keeps every key and value out of the text', () => {
    const where = new Where();
    whereSelector(where, Selector.parse('site=cloud,tier!=db,gpu,!spot'), 'h.labels');
    expect(where.values).toEqual(['site', 'cloud', 'tier', 'db', 'gpu', 'spot']);
    expect(where.sql).toBe(
      'WHERE (h.labels ->> $1 = $2) AND (h.labels ->> $3 IS DISTINCT FROM $4) AND (jsonb_exists(h.labels, $5)) AND (NOT jsonb_exists(h.labels, $6))',
    );
  });
});
