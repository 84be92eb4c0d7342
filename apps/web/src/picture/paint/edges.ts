import { along, curve, latencySpots, latencyText, withLatency, type Curve, type Edge } from '../edges.js';
import { place, type Boxes } from '../names.js';
import { type Token } from '../theme.js';
import { fontOf, type Ink, type Pen } from './pen.js';
import { type Shown } from './shown.js';

export interface DrawnEdge {
  readonly edge: Edge;
  readonly curve: Curve;
}

/** Those of the chosen host; what is relayed lies over what is direct. */
export function edgesIn(pen: Pen, { chosen, edges, stand }: Shown): DrawnEdge[] {
  const from = chosen && stand.placeOf(chosen.id);
  if (!from) return [];
  const at = ({ x, y }: { x: number; y: number }) => ({
    x: pen.view.x + x * pen.view.scale,
    y: pen.view.y + y * pen.view.scale,
  });
  return edges.flatMap((edge) => {
    const to = stand.placeOf(edge.host);
    return to ? [{ edge, curve: curve(at(from), at(to), pen.view) }] : [];
  });
}

interface Stroke {
  readonly color: Token;
  readonly width: number;
  readonly dash: number[];
}

const DIRECT: Stroke = { color: 'accent', width: 1.5, dash: [] };
const RELAYED: Stroke = { color: 'wait-fill', width: 1.6, dash: [6, 4] };
const SILENT: Stroke = { color: 'away', width: 1.8, dash: [1.6, 4] };

export function drawEdges({ c, theme }: Pen, edges: readonly DrawnEdge[]): void {
  const faint = edges.length > 60 ? 0.3 : edges.length > 12 ? 0.62 : 1;
  for (const { edge, curve: line } of [...edges].reverse()) {
    const look = edge.silent ? SILENT : edge.path === 'relayed' ? RELAYED : DIRECT;
    c.beginPath();
    c.moveTo(line.from.x, line.from.y);
    c.quadraticCurveTo(line.control.x, line.control.y, line.to.x, line.to.y);
    c.strokeStyle = theme.color[look.color];
    c.lineWidth = look.width;
    c.globalAlpha = look === DIRECT ? faint : 1;
    c.setLineDash(look.dash);
    c.stroke();
  }
  c.setLineDash([]);
  c.globalAlpha = 1;
}

/** Beside the edge, never on a name, nor on something that is not fine. */
export function drawLatencies(pen: Pen, edges: readonly DrawnEdge[], names: Boxes, things: Boxes): void {
  const chosen = new Set(
    withLatency(
      edges.map(({ edge }) => edge),
      pen.small,
    ),
  );
  for (const { edge, curve: line } of edges) {
    if (!chosen.has(edge)) continue;
    const ink: Ink = { px: 11, color: edge.silent ? 'away' : edge.path === 'relayed' ? 'wait' : 'ink2' };
    const words = latencyText(edge);
    const w = pen.widthOf(words, fontOf(pen, ink)) + 14;
    const spots = latencySpots(edges.length).map((part) => along(line, part));
    const found = place({ w: w + 4, h: 20, spots }, names, things);
    if (found) pill(pen, words, { x: found.x, y: found.y, w }, ink);
  }
}

function pill(pen: Pen, words: string, { x, y, w }: { x: number; y: number; w: number }, ink: Ink): void {
  const { c, theme } = pen;
  c.beginPath();
  c.roundRect(x - w / 2, y - 9.5, w, 19, 9.5);
  c.fillStyle = theme.color.surface;
  c.fill();
  c.strokeStyle = theme.color[ink.color === 'ink2' ? 'line2' : ink.color === 'wait' ? 'wait-fill' : 'away'];
  c.lineWidth = 1;
  c.stroke();
  c.font = fontOf(pen, ink);
  c.textAlign = 'center';
  c.textBaseline = 'middle';
  c.fillStyle = theme.color[ink.color];
  c.fillText(words, x, y + 0.5);
}
