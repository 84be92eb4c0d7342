import { type State } from '../topology.js';
import { type Token } from '../theme.js';
import { type Pen } from './pen.js';

interface Mark {
  readonly x: number;
  readonly y: number;
  readonly r: number;
}

/** The color of the word for a state, beside its shape. */
export const WORD_COLOR: Readonly<Record<State, Token>> = {
  fine: 'ink2',
  waiting: 'wait',
  failed: 'fail',
  away: 'away',
  unknown: 'ink3',
};

/** The color of its shape. */
export const SHAPE_COLOR: Readonly<Record<State, Token>> = {
  fine: 'fine-dot',
  waiting: 'wait-fill',
  failed: 'fail-fill',
  away: 'away',
  unknown: 'ink3',
};

/** A state has a shape of its own, so that it can be told without its color. */
export function glyph(pen: Pen, state: State, mark: Mark, dot: Token = 'fine-dot'): void {
  if (state === 'fine') disc(pen, mark, dot);
  else if (state === 'failed') diamond(pen, mark);
  else {
    disc(pen, { ...mark, r: mark.r + 1.8 }, 'bg');
    if (state === 'waiting') half(pen, mark);
    else if (state === 'away') slashed(pen, mark);
    else dotted(pen, mark);
  }
}

export function disc({ c, theme }: Pen, { x, y, r }: Mark, color: Token): void {
  c.beginPath();
  c.arc(x, y, r, 0, 2 * Math.PI);
  c.fillStyle = theme.color[color];
  c.fill();
}

export function circle({ c, theme }: Pen, { x, y, r }: Mark, color: Token, width: number): void {
  c.beginPath();
  c.arc(x, y, r, 0, 2 * Math.PI);
  c.strokeStyle = theme.color[color];
  c.lineWidth = width;
  c.stroke();
}

function diamond({ c, theme }: Pen, { x, y, r }: Mark): void {
  const d = r * 1.25;
  c.beginPath();
  c.moveTo(x, y - d);
  c.lineTo(x + d, y);
  c.lineTo(x, y + d);
  c.lineTo(x - d, y);
  c.closePath();
  c.strokeStyle = theme.color.bg;
  c.lineWidth = 3;
  c.lineJoin = 'miter';
  c.stroke();
  c.fillStyle = theme.color['fail-fill'];
  c.fill();
  if (r < 4) return;
  c.lineWidth = Math.max(1.4, r * 0.2);
  c.beginPath();
  c.moveTo(x, y - r * 0.5);
  c.lineTo(x, y + r * 0.12);
  c.moveTo(x, y + r * 0.4);
  c.lineTo(x, y + r * 0.58);
  c.stroke();
}

function half(pen: Pen, mark: Mark): void {
  circle(pen, mark, 'wait-fill', Math.max(1.5, mark.r * 0.2));
  pen.c.beginPath();
  pen.c.arc(mark.x, mark.y, mark.r, -Math.PI / 2, Math.PI / 2);
  pen.c.fillStyle = pen.theme.color['wait-fill'];
  pen.c.fill();
}

function slashed(pen: Pen, mark: Mark): void {
  const { c } = pen;
  const d = mark.r * 0.42;
  c.setLineDash([mark.r * 0.42, mark.r * 0.36]);
  circle(pen, mark, 'away', Math.max(1.3, mark.r * 0.16));
  c.setLineDash([]);
  c.beginPath();
  c.moveTo(mark.x - d, mark.y + d);
  c.lineTo(mark.x + d, mark.y - d);
  c.stroke();
}

function dotted(pen: Pen, mark: Mark): void {
  pen.c.setLineDash([1.8, 2.2]);
  circle(pen, mark, 'ink3', Math.max(1.6, mark.r * 0.18));
  pen.c.setLineDash([]);
}

/** A controller: what is fine is solid with a hole, what is not has the outline and the shape of its state. */
export function hexagon(pen: Pen, state: State, mark: Mark): void {
  const { c, theme } = pen;
  sixSides(pen, mark);
  c.fillStyle = theme.color[state === 'fine' ? 'ink' : 'bg'];
  c.fill();
  if (state === 'fine') {
    sixSides(pen, { ...mark, r: mark.r * 0.42 });
    c.fillStyle = theme.color.bg;
    c.fill();
    return;
  }
  c.strokeStyle = theme.color[SHAPE_COLOR[state]];
  c.lineWidth = 1.8;
  if (state === 'away' || state === 'unknown') c.setLineDash([3, 2.5]);
  c.stroke();
  c.setLineDash([]);
  if (state !== 'away') return glyph(pen, state, { ...mark, r: mark.r * 0.42 });
  const d = mark.r * 0.4;
  c.beginPath();
  c.moveTo(mark.x - d, mark.y + d);
  c.lineTo(mark.x + d, mark.y - d);
  c.stroke();
}

function sixSides({ c }: Pen, { x, y, r }: Mark): void {
  c.beginPath();
  for (let side = 0; side < 6; side++) {
    const t = (side * Math.PI) / 3 - Math.PI / 2;
    c.lineTo(x + r * Math.cos(t), y + r * Math.sin(t));
  }
  c.closePath();
}
