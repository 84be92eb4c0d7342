import { type Boxes } from '../names.js';
import { type Theme, type Token } from '../theme.js';
import { isWithin, type Size, type View } from '../view.js';

/** What every function that draws needs. */
export interface Pen {
  readonly c: CanvasRenderingContext2D;
  readonly theme: Theme;
  readonly size: Size;
  readonly view: View;
  readonly small: boolean;
  readonly widthOf: (text: string, font: string) => number;
}

export interface Ink {
  readonly px: number;
  readonly weight?: number;
  readonly color: Token;
}

/** Names come from people and machines: no control characters, and an end. */
export function clean(text: string, most = 40): string {
  const plain = text.replaceAll(/\p{C}/gu, '');
  const signs = plain.length > most ? [...plain] : [];
  return signs.length > most ? `${signs.slice(0, most - 1).join('')}…` : plain;
}

export const fontOf = ({ theme }: Pen, { px, weight = 500 }: Ink): string => `${weight} ${px}px ${theme.family}`;

/** Text with a halo of the ground, so that it can be read over lines. */
export function text(pen: Pen, words: string, at: { x: number; y: number }, ink: Ink, align: CanvasTextAlign): void {
  const { c, theme } = pen;
  c.font = fontOf(pen, ink);
  c.textAlign = align;
  c.textBaseline = 'middle';
  c.lineJoin = 'round';
  c.lineWidth = 4;
  c.strokeStyle = theme.color.bg;
  c.strokeText(words, at.x, at.y);
  c.fillStyle = theme.color[ink.color];
  c.fillText(words, at.x, at.y);
}

/** Measuring costs more than drawing; most texts are drawn again in the next frame. */
export function widths(c: CanvasRenderingContext2D): Pen['widthOf'] {
  const known = new Map<string, number>();
  return (words, font) => {
    const key = `${font}\n${words}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    if (known.size > 8000) known.clear();
    c.font = font;
    const { width } = c.measureText(words);
    known.set(key, width);
    return width;
  };
}

interface Arc {
  readonly radius: number;
  readonly middle: number;
}

export interface Piece {
  readonly words: string;
  readonly ink: Ink;
}

/**
 * Pieces of text along a circle around the middle of the view; it reads from left to right at the bottom too.
 * @param taken gets where each letter is
 */
export function arcText(pen: Pen, pieces: readonly Piece[], arc: Arc, taken: Boxes): void {
  const { c, view } = pen;
  const { radius, middle } = arc;
  const over = Math.sin(middle) < 0.15;
  const turn = over ? 1 : -1;
  const signs = pieces.flatMap(({ words, ink }) => {
    const font = fontOf(pen, ink);
    return [...words].map((sign) => ({ sign, font, ink, width: pen.widthOf(sign, font) + 0.4 }));
  });
  let angle = middle - (turn * signs.reduce((sum, { width }) => sum + width, 0)) / 2 / radius;
  c.textAlign = 'center';
  c.textBaseline = 'middle';
  for (const { sign, font, ink, width } of signs) {
    angle += (turn * width) / 2 / radius;
    const x = view.x + radius * Math.cos(angle);
    const y = view.y + radius * Math.sin(angle);
    if (isWithin(pen.size, { x, y }, -ink.px)) {
      taken.add({ x, y, w: ink.px, h: ink.px });
      letter(pen, sign, { x, y, turn: angle + (turn * Math.PI) / 2 }, { font, color: ink.color });
    }
    angle += (turn * width) / 2 / radius;
  }
}

function letter(
  { c, theme }: Pen,
  sign: string,
  at: { x: number; y: number; turn: number },
  { font, color }: { font: string; color: Token },
): void {
  c.save();
  c.translate(at.x, at.y);
  c.rotate(at.turn);
  c.font = font;
  c.fillStyle = theme.color[color];
  c.fillText(sign, 0, 0);
  c.restore();
}

/** How wide pieces are along their circle. */
export function arcWidth(pen: Pen, pieces: readonly Piece[]): number {
  let sum = 0;
  for (const { words, ink } of pieces) for (const sign of words) sum += pen.widthOf(sign, fontOf(pen, ink)) + 0.4;
  return sum;
}
