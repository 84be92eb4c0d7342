import { sayWhere } from '../say.js';
import { STATE_WORDS } from '../states.js';
import { glyph, WORD_COLOR } from './glyphs.js';
import { clean, fontOf, type Ink, type Pen } from './pen.js';
import { type Boxes } from '../names.js';
import { type Size } from '../view.js';
import { type Shown, type Standing } from './shown.js';

const PAD = 10;
const HEIGHT = 48;
const EDGE = 4;
/** From the orbit of the host. */
const ASIDE = 10;
/** Of the name below a host. */
const LABEL = 20;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** What is under the pointer, beside it and inside the window, where it covers the fewest names. */
export function drawTip(pen: Pen, shown: Shown, standing: readonly Standing[], names: Boxes): void {
  const { hovered } = shown;
  const under = standing.find(({ host }) => host === hovered);
  if (!hovered || !under) return;
  const { c, theme, size } = pen;
  const name: Ink = { px: 13, weight: 600, color: 'ink' };
  const state: Ink = { px: 12, weight: 500, color: WORD_COLOR[hovered.state] };
  const where: Ink = { px: 12, weight: 400, color: 'ink3' };
  const title = clean(hovered.name, 48);
  const because = hovered.state === 'fine' ? undefined : hovered.why;
  const said = clean(because ?? STATE_WORDS[hovered.state], pen.small ? 36 : 72);
  const place = clean(sayWhere(hovered), 40);
  const stateWidth = pen.widthOf(said, fontOf(pen, state));
  const second = 20 + stateWidth + 8 + pen.widthOf(place, fontOf(pen, where));
  const w = Math.max(pen.widthOf(title, fontOf(pen, name)), second) + 2 * PAD;
  const { x, y } = tipAt(under, { w, h: HEIGHT }, size, names);
  c.beginPath();
  c.roundRect(x + 0.5, y + 0.5, w, HEIGHT, 7);
  c.fillStyle = theme.color.surface;
  c.fill();
  c.strokeStyle = theme.color.line2;
  c.lineWidth = 1;
  c.stroke();
  const write = (words: string, left: number, middle: number, ink: Ink) => {
    c.font = fontOf(pen, ink);
    c.textAlign = 'left';
    c.textBaseline = 'middle';
    c.fillStyle = theme.color[ink.color];
    c.fillText(words, left, middle);
  };
  write(title, x + PAD, y + 16, name);
  glyph({ ...pen, theme: { ...theme, color: { ...theme.color, bg: theme.color.surface } } }, hovered.state, {
    ...{ x: x + PAD + 6, y: y + 34 },
    r: hovered.state === 'fine' ? 4 : 5,
  });
  write(said, x + PAD + 20, y + 34.5, state);
  write(place, x + PAD + 20 + stateWidth + 8, y + 34.5, where);
}

/** Its upper left corner: to the right of the host, to the left, over it or under it. */
function tipAt({ x, y, reach }: Standing, { w, h }: { w: number; h: number }, size: Size, names: Boxes): Point {
  const aside = reach + ASIDE;
  const corners = [
    { x: x + aside, y: y - h / 2 },
    { x: x - aside - w, y: y - h / 2 },
    { x: x - w / 2, y: y - aside - h },
    { x: x - w / 2, y: y + aside + LABEL },
  ].map((corner) => ({
    x: Math.max(EDGE, Math.min(corner.x, size.width - w - EDGE)),
    y: Math.max(EDGE, Math.min(corner.y, size.height - h - EDGE)),
  }));
  const covers = (corner: Point) => names.touching({ x: corner.x + w / 2, y: corner.y + h / 2, w, h });
  const hides = (corner: Point) => Math.abs(corner.x + w / 2 - x) < w / 2 && Math.abs(corner.y + h / 2 - y) < h / 2;
  const cost = (corner: Point) => covers(corner) + (hides(corner) ? 100 : 0);
  return corners.toSorted((a, b) => cost(a) - cost(b))[0] ?? { x, y };
}
