import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Boxes, place, type Box } from './names.js';

const overlap = (a: Box, b: Box) => Math.abs(a.x - b.x) < (a.w + b.w) / 2 && Math.abs(a.y - b.y) < (a.h + b.h) / 2;

describe('names', () => {
  const spot = fc.record({ x: fc.integer({ min: -200, max: 1200 }), y: fc.integer({ min: -200, max: 900 }) });
  const wanted = fc.record({
    w: fc.integer({ min: 8, max: 240 }),
    h: fc.integer({ min: 14, max: 60 }),
    spots: fc.array(spot, { minLength: 1, maxLength: 4 }),
    important: fc.boolean(),
  });

  it('never overlap, and cover a thing only when they are important', () => {
    fc.assert(
      fc.property(fc.array(wanted, { maxLength: 80 }), fc.array(spot, { maxLength: 40 }), (wishes, marks) => {
        const things = new Boxes();
        const obstacles = marks.map((at) => ({ ...at, w: 12, h: 12 }));
        for (const box of obstacles) things.add(box);
        const names = new Boxes();
        const placed: Box[] = [];
        for (const wish of wishes) {
          const box = place(wish, names, things);
          if (!box) continue;
          expect(placed.some((other) => overlap(box, other))).toBe(false);
          if (!wish.important) expect(obstacles.some((other) => overlap(box, other))).toBe(false);
          placed.push(box);
        }
      }),
    );
  });

  it('take the first spot that is free, and are left out when none is', () => {
    const names = new Boxes();
    const wish = {
      w: 50,
      h: 16,
      spots: [
        { x: 100, y: 100 },
        { x: 100, y: 60 },
      ],
    };
    expect(place(wish, names, new Boxes())).toMatchObject({ y: 100 });
    expect(place(wish, names, new Boxes())).toMatchObject({ y: 60 });
    expect(place({ ...wish, important: true }, names, new Boxes())).toBeUndefined();
  });
});
