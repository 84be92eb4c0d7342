import { describe, expect, it } from '@jest/globals';
import type { Column } from '../../parts/data-table.js';
import { hostTextAsked, sortAsked, sortOf, textAsked } from './asking.js';

const column = (key: string, sort?: string): Column<unknown> => ({ key, title: key, show: () => null, sort });
const COLUMNS = [column('host', 'name'), column('seen', '-lastSeenAt'), column('labels')];

describe('what a list asks the API for', () => {
  it('is the text of the search without spaces around it, no longer than the API takes', () => {
    expect(textAsked(undefined)).toEqual({});
    expect(textAsked('   ')).toEqual({});
    expect(textAsked(' web-1 ')).toEqual({ q: 'web-1' });
    expect(textAsked('x'.repeat(200))).toEqual({ q: 'x'.repeat(100) });
  });

  it('is a selector for words that say something of labels, and the text of the other words', () => {
    expect(hostTextAsked('web')).toEqual({ q: 'web' });
    expect(hostTextAsked('site=fra')).toEqual({ selector: 'site=fra' });
    expect(hostTextAsked('site=fra web  tier!=db 1')).toEqual({ q: 'web 1', selector: 'site=fra,tier!=db' });
    expect(hostTextAsked('Site=fra =x')).toEqual({ q: 'Site=fra =x' });
  });

  it('is the order of the column in the address, either way round', () => {
    expect(sortAsked(COLUMNS, 'host')).toBe('name');
    expect(sortAsked(COLUMNS, '-host')).toBe('-name');
    expect(sortAsked(COLUMNS, 'seen')).toBe('-lastSeenAt');
    expect(sortAsked(COLUMNS, '-seen')).toBe('lastSeenAt');
  });

  it('is the usual order where the address names a column that the API does not sort by', () => {
    expect(sortOf(COLUMNS, { sort: '-seen' }, 'host')).toBe('-seen');
    for (const sort of [undefined, 'labels', '-labels', 'constructor', '-', 'name;DROP'])
      expect(sortOf(COLUMNS, { sort }, 'host')).toBe('host');
  });
});
