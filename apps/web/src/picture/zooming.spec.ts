import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { held, lookAt, placed, REST, under, wheelScale } from './zooming.js';

const bounds = { width: 800, height: 600, nearest: 30 };
const x = fc.integer({ min: 0, max: 800 });
const y = fc.integer({ min: 0, max: 600 });
const point = fc.record({ x, y });
const scale = fc.double({ min: 0.01, max: 100, noNaN: true });

describe('zooming', () => {
  it('never leaves a part of the window empty, and comes no nearer than is allowed', () => {
    fc.assert(
      fc.property(scale, point, point, (k, at, on) => {
        const zoomed = placed(k, at, on, bounds);
        expect(zoomed.k).toBeGreaterThanOrEqual(1);
        expect(zoomed.k).toBeLessThanOrEqual(bounds.nearest);
        const [first, last] = [under(zoomed, { x: 0, y: 0 }), under(zoomed, { x: 800, y: 600 })];
        for (const edge of [first.x, first.y]) expect(edge).toBeGreaterThanOrEqual(-1e-9);
        expect(last.x).toBeLessThanOrEqual(800 + 1e-9);
        expect(last.y).toBeLessThanOrEqual(600 + 1e-9);
      }),
    );
  });

  it('keeps what is under the pointer there while it zooms in', () => {
    fc.assert(
      fc.property(point, fc.double({ min: 1, max: 30, noNaN: true }), (at, k) => {
        const back = under(placed(k, at, under(REST, at), bounds), at);
        expect(back.x).toBeCloseTo(at.x, 6);
        expect(back.y).toBeCloseTo(at.y, 6);
      }),
    );
  });

  it('moves with one finger, and grows as two move apart', () => {
    const near = placed(4, { x: 400, y: 300 }, { x: 400, y: 300 }, bounds);
    const finger = (from: { x: number; y: number }, at: { x: number; y: number }) => ({ at, on: under(near, from) });
    const moved = held(near, [finger({ x: 100, y: 100 }, { x: 150, y: 80 })], bounds);
    expect([moved.x - near.x, moved.y - near.y, moved.k]).toEqual([50, -20, 4]);
    const apart = [finger({ x: 390, y: 300 }, { x: 380, y: 300 }), finger({ x: 410, y: 300 }, { x: 420, y: 300 })];
    expect(held(near, apart, bounds).k).toBeCloseTo(8, 6);
    expect(held(near, [], bounds)).toBe(near);
  });

  it('shows all again from wherever one looked', () => {
    expect(lookAt({ k: 1, x: 7, y: 9 }, bounds)).toEqual(REST);
  });

  it('takes a pinch on a touchpad for more than a turn of the wheel', () => {
    const turn = (more: Partial<WheelEvent>) => wheelScale({ deltaY: -100, deltaMode: 0, ctrlKey: false, ...more });
    expect(turn({})).toBeGreaterThan(1);
    expect(turn({ ctrlKey: true })).toBeGreaterThan(turn({}));
    expect(turn({ deltaY: 100 })).toBeLessThan(1);
    expect(turn({ deltaY: -3, deltaMode: 1 })).toBeCloseTo(2 ** 0.15, 6);
  });
});
