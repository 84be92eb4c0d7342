import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Labels, matches, Selector, type SelectorTerm } from './labels.js';

const select = (text: string, labels: Labels) => matches(Selector.parse(text), labels);

describe('a selector', () => {
  it.each([
    ['site=cloud', true],
    ['site=onprem', false],
    ['site!=onprem', true],
    ['site!=cloud', false],
    ['site', true],
    ['!site', false],
    ['gpu', false],
    ['!gpu', true],
    ['gpu!=yes', true],
    ['gpu=', false],
    ['empty=', true],
    ['empty', true],
    ['site=cloud,tier!=db,!gpu', true],
    ['site=cloud,tier=db', false],
    [' site = cloud'.replaceAll(' = ', '='), true],
  ])('%s on site=cloud,tier=web,empty is %s', (text, expected) => {
    expect(select(text, { site: 'cloud', tier: 'web', empty: '' })).toBe(expected);
  });

  it.each(['', ',', 'a=b,', '=x', 'a==b', '!a=b', 'a=b c', 'A=b', 'a=b;c', 'a>b', 'a in (b)'])('is not %j', (text) => {
    expect(Selector.safeParse(text).success).toBe(false);
  });

  it('names the wrong term, and how to write one', () => {
    expect(Selector.safeParse('site=cloud,a>b').error?.issues[0]?.message).toBe(
      '"a>b" is not a selector term; write key=value, key!=value, key or !key',
    );
  });

  it('finds nothing by a key that every object inherits', () => {
    expect(select('constructor', {})).toBe(false);
    expect(select('constructor', { constructor: 'x' })).toBe(true);
  });

  const key = fc.stringMatching(/^[a-z0-9]([a-z0-9./-]{0,8}[a-z0-9])?$/);
  const value = fc.stringMatching(/^[A-Za-z0-9._-]{0,8}$/);
  const term: fc.Arbitrary<SelectorTerm> = fc.oneof(
    fc.record({ op: fc.constantFrom('equals' as const, 'differs' as const), key, value }),
    fc.record({ op: fc.constantFrom('exists' as const, 'missing' as const), key }),
  );
  const written = (one: SelectorTerm) => {
    switch (one.op) {
      case 'equals':
        return `${one.key}=${one.value}`;
      case 'differs':
        return `${one.key}!=${one.value}`;
      case 'exists':
        return one.key;
      case 'missing':
        return `!${one.key}`;
    }
  };

  it('is parsed back as it was written', () => {
    fc.assert(
      fc.property(fc.array(term, { minLength: 1, maxLength: 8 }), (terms) => {
        expect(Selector.parse(terms.map(written).join(','))).toEqual(terms);
      }),
    );
  });

  it('requires every term to hold, and a term and its opposite never both do', () => {
    const opposite = { equals: 'differs', differs: 'equals', exists: 'missing', missing: 'exists' } as const;
    fc.assert(
      fc.property(
        fc.array(term, { minLength: 1, maxLength: 4 }),
        fc.dictionary(key, value, { maxKeys: 4 }),
        (terms, labels) => {
          expect(matches(terms, labels)).toBe(terms.every((one) => matches([one], labels)));
          for (const one of terms) {
            const other = { ...one, op: opposite[one.op] } as SelectorTerm;
            expect(matches([other], labels)).toBe(!matches([one], labels));
          }
        },
      ),
    );
  });
});

describe('labels', () => {
  it('are at most 32', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));
    expect(Labels.safeParse(many(32)).success).toBe(true);
    expect(Labels.safeParse(many(33)).success).toBe(false);
  });

  it.each([{ A: 'x' }, { 'a b': 'x' }, { a: 'x y' }, { a: 'x'.repeat(64) }, { ['a'.repeat(64)]: 'x' }, { a: 1 }])(
    'are not %j',
    (labels) => {
      expect(Labels.safeParse(labels).success).toBe(false);
    },
  );
});
