import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { detailAt, levelAt } from './detail.js';
import { along, curve, latencyText, withLatency, type Edge } from './edges.js';
import { lookBetween } from './flight.js';
import { Frames } from './frames.js';
import { Pulses } from './pulses.js';
import { readTheme } from './theme.js';
import { isWithin, nearestZoom, radiusIn, toScreen, toUnit, viewOf } from './view.js';

const desk = { width: 826, height: 650 };
const phone = { width: 390, height: 400 };

describe('the view', () => {
  it('fits the whole circle with the names of its rim into the window', () => {
    for (const size of [desk, phone]) {
      const view = viewOf(size, { x: 0, y: 0, k: 1 });
      expect([view.x, view.y]).toEqual([size.width / 2, size.height / 2]);
      for (const at of [
        { x: 1, y: 0 },
        { x: 0, y: -1 },
      ])
        expect(isWithin(size, toScreen(view, at), 15)).toBe(true);
    }
    expect(radiusIn({ width: 10, height: 10 })).toBe(60);
  });

  it('finds a place on the circle again from the screen', () => {
    const number = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(number, number, fc.integer({ min: 1, max: 36 }), (x, y, k) => {
        const view = viewOf(desk, { x: -100, y: 40, k });
        const back = toUnit(view, toScreen(view, { x, y }));
        expect(back.x).toBeCloseTo(x, 6);
        expect(back.y).toBeCloseTo(y, 6);
      }),
    );
  });

  it('comes near enough to read addresses, on a phone and with 1,000 hosts too', () => {
    for (const size of [desk, phone])
      for (const pitch of [0.29, 0.09, 0.03])
        expect(levelAt(pitch * radiusIn(size) * nearestZoom(pitch, size))).toBe('addresses');
  });

  it('flies from one look to another and arrives there', () => {
    const [from, to] = [
      { k: 1, x: 413, y: 325 },
      { k: 8, x: 500, y: 100 },
    ];
    expect(lookBetween(from, to, 0)).toEqual(from);
    const end = lookBetween(from, to, 1);
    expect([end.k, end.x, end.y].map((value) => Math.round(value))).toEqual([8, 500, 100]);
    expect(lookBetween(from, { ...from, x: 500 }, 1)).toEqual({ ...from, x: 500 });
  });
});

describe('details', () => {
  it('come with the pixels between neighbours', () => {
    expect([0, 33, 34, 63, 64, 174, 175, 239, 240].map(levelAt)).toEqual([
      'dots',
      'dots',
      'nodes',
      'nodes',
      'names',
      'names',
      'node names',
      'node names',
      'addresses',
    ]);
  });

  it('draw what is not fine larger than what is, everywhere', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1000, noNaN: true }), fc.nat(2000), fc.boolean(), (pitch, hosts, small) => {
        const detail = detailAt(pitch, hosts, small);
        expect(detail.notFine).toBeGreaterThan(detail.fine);
        expect(detail.nodeNotFine).toBeGreaterThan(detail.node);
      }),
    );
    expect(detailAt(10, 1000, false)).toMatchObject({ fine: 1.9, notFine: 6, names: false });
    expect(detailAt(10, 12, false).names).toBe(true);
    expect(detailAt(64, 1000, false).names).toBe(true);
  });
});

describe('edges', () => {
  const edge = (path: Edge['path'], ms?: number): Edge => ({ host: 'h', path, ...(ms === undefined ? {} : { ms }) });

  it('begin and end at their hosts, and are pulled to the middle, those of neighbours less', () => {
    const far = curve({ x: -1, y: 1 }, { x: 1, y: 1 }, { x: 0, y: 0 });
    expect(along(far, 0)).toEqual({ x: -1, y: 1 });
    expect(along(far, 1)).toEqual({ x: 1, y: 1 });
    expect(far.control).toEqual({ x: 0, y: 1 - 0.42 });
    const near = curve({ x: -0.05, y: 1 }, { x: 0.05, y: 1 }, { x: 0, y: 0 });
    expect(near.control.y).toBeCloseTo(0.95);
  });

  it('have their latency, of many the relayed and slowest alone', () => {
    const few = Array.from({ length: 8 }, (_, at) => edge('direct', at));
    expect(withLatency([...few.slice(1), edge('direct')], false)).toHaveLength(7);
    const many = [...few, ...few, edge('relayed', 1), edge('relayed', 70)];
    expect(withLatency(many, false)).toHaveLength(9);
    expect(withLatency(many, true).map(({ path, ms }) => `${path} ${ms}`)).toEqual([
      'relayed 70',
      'relayed 1',
      'direct 7',
    ]);
    const silent: Edge = { ...edge('direct'), silent: true };
    expect([edge('direct', 9.44), edge('relayed', 156.3), silent].map(latencyText)).toEqual([
      '9.4 ms',
      '156 ms relayed',
      'silent',
    ]);
    expect(withLatency([...many, silent], true).map(latencyText)).toContain('silent');
  });
});

/** A screen that draws when a test says so. */
function stillScreen() {
  const waiting = new Map<number, (now: number) => void>();
  let last = 0;
  return {
    waiting,
    screen: {
      request: (draw: (now: number) => void) => (waiting.set(++last, draw), last),
      cancel: (id: number) => void waiting.delete(id),
    },
    tick: (now: number) => {
      const due = [...waiting];
      waiting.clear();
      for (const [, draw] of due) draw(now);
    },
  };
}

describe('frames', () => {
  it('draw once for many that ask, and rest afterwards', () => {
    const { screen, tick, waiting } = stillScreen();
    let drawn = 0;
    const frames = new Frames(screen, () => ((drawn += 1), false));
    for (let event = 0; event < 500; event++) frames.ask();
    expect(waiting.size).toBe(1);
    tick(0);
    expect([drawn, waiting.size, frames.rests]).toEqual([1, 0, true]);
  });

  it('go on while something moves, and not after they were stopped', () => {
    const { screen, tick, waiting } = stillScreen();
    const frames = new Frames(screen, (now) => now < 3);
    frames.ask();
    for (let now = 1; now <= 3; now++) tick(now);
    expect(frames.rests).toBe(true);
    frames.ask();
    frames.stop();
    expect(waiting.size).toBe(0);
  });
});

describe('rings of news', () => {
  it('grow for 1.4 s and end, one a host and 32 at most', () => {
    const pulses = new Pulses();
    pulses.begin('h1', 0);
    pulses.begin('h1', 700);
    expect(pulses.at(700).get('h1')).toBe(0.5);
    expect(pulses.at(1400).size).toBe(0);
    for (let host = 0; host < 100; host++) pulses.begin(`${host}`, 0);
    expect(pulses.at(0).size).toBe(32);
    pulses.clear();
    expect(pulses.at(0).size).toBe(0);
  });
});

it('a theme is read from custom properties, and has a color for those that are missing', () => {
  const values: Record<string, string> = { '--bg': ' #0b0d12', '--fine-dot': '#6c7484' };
  const theme = readTheme({ getPropertyValue: (name) => values[name] ?? '', fontFamily: 'Inter' });
  expect(theme).toMatchObject({ family: 'Inter', color: { bg: '#0b0d12', 'fine-dot': '#6c7484', accent: 'gray' } });
});
