import { sayWhere } from '../say.js';
import { STATE_WORDS } from '../states.js';
import { glyph, WORD_COLOR } from './glyphs.js';
import { clean, fontOf, type Ink, type Pen } from './pen.js';
import { type Shown } from './shown.js';

const PAD = 10;
const HEIGHT = 48;

/** What is under the pointer, beside it and inside the window. */
export function drawTip(pen: Pen, { hovered }: Shown, pointer: { x: number; y: number } | undefined): void {
  if (!hovered || !pointer) return;
  const { c, theme, size } = pen;
  const name: Ink = { px: 13, weight: 600, color: 'ink' };
  const state: Ink = { px: 12, weight: 500, color: WORD_COLOR[hovered.state] };
  const where: Ink = { px: 12, weight: 400, color: 'ink3' };
  const title = clean(hovered.name, 48);
  const because = hovered.state === 'fine' ? undefined : hovered.why;
  const said = clean(because ?? STATE_WORDS[hovered.state], 44);
  const place = clean(sayWhere(hovered), 40);
  const stateWidth = pen.widthOf(said, fontOf(pen, state));
  const second = 20 + stateWidth + 8 + pen.widthOf(place, fontOf(pen, where));
  const w = Math.max(pen.widthOf(title, fontOf(pen, name)), second) + 2 * PAD;
  const x = Math.max(4, Math.min(pointer.x + 14, size.width - w - 4));
  const y = pointer.y + 16 + HEIGHT > size.height ? pointer.y - HEIGHT - 10 : pointer.y + 16;
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
