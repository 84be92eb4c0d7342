import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PortRangeText } from '../config.js';
import { choosePort } from './node-port.js';

const range = { first: 25_000, last: 25_009 };
const address = fc.integer({ min: 1, max: 2 ** 40 - 1 }).map((value) => value.toString(16).padStart(10, '0'));

describe('choosePort', () => {
  it('chooses a free port while there is one, and always the same one for the same node', () => {
    fc.assert(
      fc.property(fc.uniqueArray(address, { minLength: 10, maxLength: 12 }), (addresses) => {
        const taken = new Set<number>();
        for (const one of addresses) {
          const port = choosePort(one, range, taken);
          expect(port).toBe(choosePort(one, range, taken));
          if (taken.size === 10) expect(port).toBeUndefined();
          else expect(port).toBeGreaterThanOrEqual(range.first);
          if (port !== undefined) taken.add(port);
        }
        expect([...taken].sort()).toEqual(Array.from({ length: 10 }, (_, at) => range.first + at));
      }),
    );
  });

  it('rarely chooses the same port for nodes of two independent agents', () => {
    const wide = { first: 25_000, last: 25_999 };
    const ports = ['8613c47a54', '89e92ceee5', 'a58590d8c9', 'd14d3a0e8f'].map((one) =>
      choosePort(one, wide, new Set()),
    );
    expect(new Set(ports).size).toBe(4);
  });
});

describe('the port range setting', () => {
  it('accepts a range, and says what is wrong when it is invalid', () => {
    expect(PortRangeText.parse('25000-25999')).toEqual({ first: 25_000, last: 25_999 });
    expect(PortRangeText.parse('9993-9993')).toEqual({ first: 9_993, last: 9_993 });
    for (const wrong of ['25000', '25999-25000', '80-90', '1000-1023', '60000-70000', 'a-b', ''])
      expect(PortRangeText.safeParse(wrong).success).toBe(false);
  });
});
