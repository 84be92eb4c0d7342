import { hasNodes } from '../detail.js';
import { type State } from '../topology.js';
import { circle, disc, glyph, SHAPE_COLOR } from './glyphs.js';
import { type Pen } from './pen.js';
import { nodesOf, type Shown, type Standing } from './shown.js';

const APART = 0.38;
const PULSE = 26;

export function drawHosts(pen: Pen, shown: Shown, standing: readonly Standing[]): void {
  if (!hasNodes(shown.detail)) drawDots(pen, shown, standing);
  for (const one of standing) {
    pen.c.globalAlpha = one.apart && one.host.state === 'fine' ? APART : 1;
    if (hasNodes(shown.detail)) drawWithNodes(pen, shown, one);
    else if (one.host.state !== 'fine' && !one.crowded) glyph(pen, one.shape, one);
    pen.c.globalAlpha = 1;
    drawAround(pen, shown, one);
  }
}

/** A thousand dots are a few shapes: one for each color and strength. */
function drawDots(pen: Pen, { chosen, detail }: Shown, standing: readonly Standing[]): void {
  const dots = (list: readonly Standing[], color: string, r: number, strength: number) => {
    if (list.length === 0) return;
    pen.c.globalAlpha = strength;
    pen.c.fillStyle = color;
    pen.c.beginPath();
    for (const { x, y } of list) {
      pen.c.moveTo(x + r, y);
      pen.c.arc(x, y, r, 0, 2 * Math.PI);
    }
    pen.c.fill();
    pen.c.globalAlpha = 1;
  };
  const { color } = pen.theme;
  const fine = standing.filter(({ host }) => host.state === 'fine');
  const together = fine.filter(({ apart }) => !apart);
  const apart = fine.filter((one) => one.apart);
  dots(apart, color['fine-dot'], detail.fine, APART);
  dots(together, chosen ? color.ink : color['fine-dot'], chosen ? detail.fine + 0.4 : detail.fine, 1);
  const crowded = standing.filter((one) => one.crowded);
  for (const state of new Set<State>(crowded.map(({ host }) => host.state))) {
    const alike = crowded.filter(({ host }) => host.state === state);
    dots(alike, color[SHAPE_COLOR[state]], detail.fine + 0.5, 1);
  }
}

function drawWithNodes(pen: Pen, shown: Shown, one: Standing): void {
  const strength = pen.c.globalAlpha;
  pen.c.globalAlpha = strength * 0.8;
  circle(pen, { x: one.x, y: one.y, r: one.reach }, 'line2', 0.8);
  pen.c.globalAlpha = strength;
  for (const node of nodesOf(shown, one)) {
    if (node.shape === 'fine') disc(pen, { ...node, r: node.r + 1.2 }, 'bg');
    glyph(pen, node.shape, node, one.host.own === 'away' ? 'line2' : 'ink3');
  }
  glyph(pen, one.shape, one, 'ink2');
}

/** The ring of the chosen, of the one under the pointer, and of news. */
function drawAround(pen: Pen, { chosen, hovered, pulses, detail }: Shown, { host, x, y, r, reach }: Standing): void {
  const outer = Math.max(reach, detail.notFine) + (hasNodes(detail) ? 6 : 5);
  if (host === chosen) circle(pen, { x, y, r: outer }, 'accent', 1.8);
  else if (host === hovered) circle(pen, { x, y, r: outer }, 'ink3', 1.4);
  const part = pulses.get(host.id);
  if (part === undefined) return;
  pen.c.globalAlpha = 1 - part;
  circle(pen, { x, y, r: r + part * PULSE }, 'accent', 1.5);
  pen.c.globalAlpha = 1;
}
