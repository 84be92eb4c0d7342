import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hitRadius, hitTest } from './hit.js';
import { neighbor } from './keys.js';
import { type State } from './topology.js';

const standing = (id: string, x: number, y: number, state: State = 'fine') => ({ id, state, place: { x, y } });

describe('what is under the pointer', () => {
  it('is what is nearest within the radius', () => {
    const hit = hitTest([standing('near', 0.1, 0), standing('far', 0.3, 0)]);
    expect(hit(0.15, 0, 0.1)?.id).toBe('near');
    expect(hit(0.27, 0.01, 0.1)?.id).toBe('far');
    expect(hit(-0.5, 0, 0.1)).toBeUndefined();
  });

  it('is what is not fine, even when something fine is a little nearer', () => {
    const fine = standing('fine', 0, 0);
    expect(hitTest([fine, standing('failed', 0.05, 0, 'failed')])(0.01, 0, 0.1)?.id).toBe('failed');
    expect(hitTest([fine, standing('other', 0.05, 0)])(0.01, 0, 0.1)?.id).toBe('fine');
  });

  it('is the same as a look at all of them would find', () => {
    const at = fc.record({
      x: fc.double({ min: -1, max: 1, noNaN: true }),
      y: fc.double({ min: -1, max: 1, noNaN: true }),
    });
    const radius = 0.2;
    fc.assert(
      fc.property(fc.array(fc.tuple(at, fc.boolean()), { maxLength: 60 }), at, (list, pointer) => {
        const all = list.map(([{ x, y }, fine], id) => standing(`${id}`, x, y, fine ? 'fine' : 'waiting'));
        const scored = all
          .map(({ id, place, state }) => ({
            id,
            distance: (place.x - pointer.x) ** 2 + (place.y - pointer.y) ** 2,
            state,
          }))
          .filter(({ distance }) => distance <= radius ** 2)
          .map(({ id, distance, state }) => ({ id, score: distance - (state === 'fine' ? 0 : radius ** 2 / 2) }));
        const least = Math.min(...scored.map(({ score }) => score));
        const found = hitTest(all)(pointer.x, pointer.y, radius);
        expect(scored.find(({ id }) => id === found?.id)?.score ?? Infinity).toBe(least);
      }),
    );
  });

  it('has a radius for fingers, and a larger one where hosts have room', () => {
    expect(hitRadius(280, 0.03)).toBe(0.05);
    expect(hitRadius(2800, 0.29)).toBeCloseTo(0.1015);
  });
});

describe('arrow keys', () => {
  const hosts = [standing('east', 0.5, 0), standing('far east', 0.9, 0), standing('north', 0.1, -0.5)];

  it('choose the nearest in their direction, from the middle at first', () => {
    expect(neighbor(hosts, null, 'ArrowRight')).toBe('east');
    expect(neighbor(hosts, 'east', 'ArrowRight')).toBe('far east');
    expect(neighbor(hosts, 'east', 'ArrowUp')).toBe('north');
    expect(neighbor(hosts, 'gone', 'ArrowUp')).toBe('north');
  });

  it('lead nowhere at the rim, and other keys never do', () => {
    expect(neighbor(hosts, 'far east', 'ArrowRight')).toBeUndefined();
    expect(neighbor(hosts, null, 'Tab')).toBeUndefined();
    expect(neighbor([], null, 'ArrowLeft')).toBeUndefined();
  });
});
