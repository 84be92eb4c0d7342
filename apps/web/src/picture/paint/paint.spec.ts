import { describe, expect, it } from '@jest/globals';
import { crowdsIn } from '../crowds.js';
import { detailAt } from '../detail.js';
import { standIn } from '../glide.js';
import { sampleTopology, type Sample } from '../sample-topology.js';
import { sceneOf } from '../scene.js';
import { readTheme } from '../theme.js';
import { type Topology } from '../topology.js';
import { isSmall, toScreen, viewOf, type Size } from '../view.js';
import { paint } from './paint.js';
import { clean, type Pen } from './pen.js';
import { type Shown } from './shown.js';

interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly px: number;
  readonly align: string;
}

/** A canvas that remembers what was drawn; a letter is as wide as it is in most fonts. */
function paper() {
  const calls: Call[] = [];
  const state: Record<string, unknown> = { font: '500 12px x', textAlign: 'left' };
  const px = () => Number(/([\d.]+)px/.exec(String(state.font))?.[1]);
  const context = new Proxy(state, {
    get: (_target, name) => {
      if (typeof name !== 'string' || name in state) return state[String(name)];
      if (name === 'measureText') return (text: string) => ({ width: text.length * px() * 0.55 });
      return (...args: unknown[]) => {
        calls.push({ name, args, px: px(), align: String(state.textAlign) });
        return { addColorStop: () => undefined };
      };
    },
  });
  return { calls, context: context as unknown as CanvasRenderingContext2D };
}

interface Look {
  readonly size?: Size;
  readonly zoom?: number;
  readonly chosen?: number;
  /** The ID of a host. */
  readonly hovered?: string;
}

function drawn(
  topology: Topology | undefined,
  { size = { width: 826, height: 650 }, zoom = 1, chosen, hovered }: Look = {},
) {
  const { calls, context } = paper();
  const scene = topology && sceneOf(topology);
  const one = chosen === undefined ? undefined : scene?.hosts[chosen];
  const at = toScreen(viewOf(size, { x: 0, y: 0, k: zoom }), one?.place ?? { x: 0, y: 0 });
  const view = viewOf(size, { x: size.width / 2 - at.x, y: size.height / 2 - at.y, k: zoom });
  const theme = readTheme({ getPropertyValue: (name) => name, fontFamily: 'x' });
  const widthOf = (text: string, font: string) => text.length * Number(/([\d.]+)px/.exec(font)?.[1]) * 0.55;
  const pen: Pen = { c: context, theme, size, view, widthOf, small: isSmall(size) };
  const shown = scene && shownOf(scene, view.scale, pen.small, one);
  paint(pen, shown && { ...shown, hovered: hovered === undefined ? undefined : scene?.byId.get(hovered) });
  return { calls, scene, texts: calls.filter(({ name }) => name === 'fillText') };
}

function shownOf(scene: ReturnType<typeof sceneOf>, scale: number, small: boolean, chosen: Shown['chosen']): Shown {
  const stand = standIn(scene.layout);
  return {
    ...{ scene, stand, chosen, hovered: undefined, pulses: new Map() },
    detail: detailAt(scene.layout.pitch * scale, scene.hosts.length, small, scene.topology.nodes.length),
    crowds: crowdsIn(scene, stand, scene.layout.pitch * scale),
    edges: chosen ? scene.edgesOf(chosen.id) : [],
  };
}

/** Letters along the rim are drawn at 0, 0 of a turned canvas. */
const labels = (texts: readonly Call[]) =>
  texts
    .filter(({ args: [, x, y] }) => x !== 0 || y !== 0)
    .map(({ args, px, align }) => {
      const [words, x, y] = args as [string, number, number];
      const w = words.length * px * 0.55;
      return { words, y, h: px, x: align === 'center' ? x : align === 'left' ? x + w / 2 : x - w / 2, w };
    });

function overlaps(all: ReturnType<typeof labels>): string[] {
  return all.flatMap((a, at) =>
    all
      .slice(at + 1)
      .filter((b) => Math.abs(a.x - b.x) < (a.w + b.w) / 2 && Math.abs(a.y - b.y) < (a.h + b.h) / 2)
      .map((b) => `${a.words} / ${b.words}`),
  );
}

const thousand: Sample = {
  sites: [214, 178, 131, 156, 97, 64, 92, 9, 59],
  notFine: { failed: 12, away: 9, waiting: 14 },
  controllers: 4,
};

const TIP_PX = 48;

describe('a frame', () => {
  const phone = { width: 390, height: 400 };

  const fleets = [{ sites: [2, 1] }, { sites: [16, 9, 11, 4], notFine: { failed: 3, away: 3 } }, thousand].map(
    sampleTopology,
  );

  it.each([1, 2, 4, 8, 16, 32])('has no labels that overlap, zoomed in %d times', (zoom) => {
    for (const fleet of fleets)
      for (const look of [{ zoom }, { zoom, chosen: 0 }, { zoom, chosen: 2, size: phone }])
        expect(overlaps(labels(drawn(fleet, look).texts))).toEqual([]);
  });

  it('of up to 12 hosts names all of them', () => {
    const { texts, scene } = drawn(sampleTopology({ sites: [5, 4, 3] }));
    const words = texts.map(({ args }) => args[0]);
    for (const { name } of scene?.hosts ?? []) expect(words).toContain(name);
  });

  it('of a few hosts names their containers too, where there is room, but not the daemon that each host has', () => {
    const fleet = sampleTopology({ sites: [2, 1] });
    const words = drawn(fleet).texts.map(({ args }) => args[0]);
    const containers = fleet.nodes.filter(({ kind }) => kind === 'container');
    const named = containers.filter(({ name }) => words.includes(name.slice(name.indexOf('/') + 1)));
    expect(containers.length).toBeGreaterThan(2);
    expect(named.length).toBeGreaterThan(containers.length / 2);
    expect(words).not.toContain('own daemon');
  });

  it('puts what it says of the host under the pointer where its name and the others can still be read', () => {
    const fleet = sampleTopology({ sites: [5, 4, 3] });
    for (const { name, id } of fleet.hosts) {
      const { calls, texts } = drawn(fleet, { hovered: id });
      const [x = 0, y = 0, w = 0, h] = calls.findLast((call) => call.name === 'roundRect')?.args as number[];
      expect(h).toBe(TIP_PX);
      const label = labels(texts).find(({ words }) => words === name);
      if (!label) throw new Error(`${name} has no label`);
      const covered = overlaps([label, { words: 'tip', x: x + w / 2, y: y + TIP_PX / 2, w, h: TIP_PX }]);
      expect(covered).toEqual([]);
    }
  });

  it('of 1,000 hosts takes a bounded number of operations, and few shapes are filled', () => {
    const { calls } = drawn(sampleTopology(thousand));
    expect(calls.length).toBeLessThan(8000);
    expect(calls.filter(({ name }) => name === 'fill').length).toBeLessThan(200);
  });

  it('draws hosts outside the window only when they reach into it', () => {
    const { calls } = drawn(sampleTopology(thousand), { zoom: 32, chosen: 5 });
    const [rings, arcs] = [9 * 20, calls.filter(({ name }) => name === 'arc').length];
    expect(arcs - rings).toBeLessThan(100);
  });

  it('shows the empty instrument when there are no hosts, and rings while they are fetched', () => {
    const letters = (topology: Topology | undefined) =>
      drawn(topology)
        .texts.map(({ args }) => args[0])
        .join('');
    expect(letters(sampleTopology({ sites: [], controllers: 0 }))).toBe('your first siteanother');
    const loading = drawn(undefined);
    expect(loading.texts).toEqual([]);
    expect(loading.calls.filter(({ name }) => name === 'stroke').length).toBeGreaterThan(0);
  });

  it('says on the rim how many hosts a site has and how many need somebody', () => {
    const { texts } = drawn(sampleTopology({ sites: [20, 20], notFine: { failed: 40 } }));
    const rim = texts.filter(({ args: [, x, y] }) => x === 0 && y === 0).map(({ args }) => args[0]);
    expect(rim.join('')).toBe('fra-1 · 20   20 failedfra-2 · 20   20 failed');
  });
});

describe('a name', () => {
  it('is drawn without control characters, and has an end', () => {
    const hostile = `a\u202e\u0000\n<img src=x onerror=alert(1)>${'x'.repeat(255)}`;
    expect(clean(hostile)).toBe(`a<img src=x onerror=alert(1)>${'x'.repeat(10)}…`);
    expect(clean('web-1')).toBe('web-1');
    expect([...clean('😀'.repeat(60), 10)]).toHaveLength(10);
  });
});
