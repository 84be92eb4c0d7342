import { ALWAYS_NAMED, hasNodes, type Detail } from '../detail.js';
import { figure } from '../say.js';
import { Boxes, place, type Box } from '../names.js';
import { OWN_DAEMON } from '../scene.js';
import { rank, STATE_WORDS } from '../states.js';
import { toScreen, type Size } from '../view.js';
import { glyph, WORD_COLOR } from './glyphs.js';
import { clean, fontOf, text, type Ink, type Pen } from './pen.js';
import { nodesOf, type Shown, type Standing, type StandingNode } from './shown.js';

interface Line {
  readonly words: string;
  readonly ink: Ink;
}

/** With so few hosts, what is not fine has its name at once. */
const FEW = 60;
/** With so few edges, the hosts at their other ends have theirs. */
const FEW_EDGES = 12;
const LINE = 14;
const CROWD_MARK = 10;
/** Of one node. */
const MOST_NETWORKS = 4;

/**
 * What no text should cover. Among many hosts, dots are too small to matter.
 * @param fine whether what is fine matters
 */
export function thingsIn(pen: Pen, shown: Shown, standing: readonly Standing[], fine: boolean): Boxes {
  const { scene, detail, crowds, chosen } = shown;
  const things = new Boxes();
  const all = fine && (hasNodes(detail) || scene.hosts.length <= 100);
  for (const one of standing) {
    const { host, x, y, r, reach, crowded } = one;
    if (!all && host !== chosen && (host.state === 'fine' || crowded)) continue;
    if (!namesNodes(detail)) things.add(square(x, y, hasNodes(detail) ? reach + 2 : r + 1));
    else for (const node of [one, ...nodesOf(shown, one)]) things.add(square(node.x, node.y, node.r + 1));
  }
  for (const crowd of crowds) things.add({ ...toScreen(pen.view, crowd), w: 30, h: 30 });
  return things;
}

const square = (x: number, y: number, r: number) => ({ x, y, w: 2 * r, h: 2 * r });

const namesNodes = ({ level }: Detail): boolean => level === 'node names' || level === 'addresses';

/** Names that are placed, and what they should not cover. */
interface Taken {
  readonly names: Boxes;
  readonly things: Boxes;
}

/** First the crowds, then the chosen, then the worst; each where it touches no other. */
export function drawNames(pen: Pen, shown: Shown, standing: readonly Standing[], taken: Taken): void {
  drawCrowds(pen, shown, taken.names);
  const { chosen, hovered, scene, detail, edges } = shown;
  const wanted = standing.filter(
    ({ host, apart, crowded }) =>
      detail.names ||
      host === chosen ||
      host === hovered ||
      (host.state !== 'fine' && !crowded && scene.hosts.length < FEW) ||
      (chosen !== undefined && !apart && edges.length <= FEW_EDGES),
  );
  const first = ({ host }: Standing) => (host === chosen ? 9 : host === hovered ? 8 : rank(host.state));
  const drawNodes = () => {
    for (const one of standing) drawNodeNames(pen, shown, one, taken);
  };
  if (namesNodes(detail) && !detail.few) drawNodes();
  for (const one of wanted.sort((a, b) => first(b) - first(a))) drawHostName(pen, shown, one, taken);
  if (detail.few) drawNodes();
}

function drawHostName(pen: Pen, shown: Shown, one: Standing, { names, things }: Taken): void {
  const { detail, chosen } = shown;
  const quiet = one.apart && one.host.state === 'fine';
  const ink: Ink = { px: detail.names && !pen.small ? 13 : 11.5, weight: 600, color: quiet ? 'ink3' : 'ink' };
  const words = clean(one.host.name);
  const w = pen.widthOf(words, fontOf(pen, ink)) + 8;
  const h = ink.px + 5;
  const away = one.reach + (hasNodes(detail) ? 12 : 11) + (one.host === chosen ? 6 : 0) + nodeBelow(shown, one);
  const { x, y } = one;
  const aside = one.reach + w / 2 + (one.host === chosen ? 8 : 3);
  const further = namesNodes(detail) ? [away + 2 * LINE, -away - 2 * LINE] : [];
  const under = (dy: number) => ({ x, y: y + dy });
  const beside = (dx: number) => ({ x: x + dx, y });
  const all = [...[away, -away].map(under), ...[aside, -aside].map(beside), ...further.map(under)];
  const inside = all.filter((spot) => isInside(pen.size, { ...spot, w, h }));
  const onRim = (spot: { x: number; y: number }) => isOnRim(pen, { ...spot, w, h });
  const spots = (inside.length > 0 ? inside : all).toSorted((a, b) => Number(onRim(a)) - Number(onRim(b)));
  const important = one.host === chosen || one.host.state !== 'fine' || shown.scene.hosts.length <= ALWAYS_NAMED;
  const found = place({ w, h, spots, important }, names, things);
  if (found) text(pen, words, found, ink, 'center');
}

function isInside({ width, height }: Size, { x, y, w, h }: Box): boolean {
  return x >= w / 2 && y >= h / 2 && x <= width - w / 2 && y <= height - h / 2;
}

/** A name over the rim can be read, but looks like a mistake. */
function isOnRim({ view }: Pen, { x, y, w, h }: Box): boolean {
  const corners = [-1, 1].flatMap((a) =>
    [-1, 1].map((b) => Math.hypot(x + (a * w) / 2 - view.x, y + (b * h) / 2 - view.y)),
  );
  return Math.max(...corners) > view.scale * 0.97 && Math.min(...corners) < view.scale;
}

/** Nodes that are not fine are larger, and stand out from the orbit. */
function nodeBelow(shown: Shown, one: Standing): number {
  if (!hasNodes(shown.detail)) return 0;
  return Math.max(0, ...nodesOf(shown, one).map(({ r, y }) => y + r - one.y - one.reach));
}

function drawNodeNames(pen: Pen, shown: Shown, one: Standing, { names, things }: Taken): void {
  nodesOf(shown, one).forEach((node, at) => {
    const lines = linesOf(shown, one, at);
    if (lines.length === 0) return;
    const w = Math.max(...lines.map(({ words, ink }) => pen.widthOf(words, fontOf(pen, ink)))) + 6;
    const h = lines.length * LINE;
    const found = place({ w, h, spots: besides(node, w, h) }, names, things);
    if (!found) return;
    const align = found.x >= node.x ? 'left' : 'right';
    const x = align === 'left' ? found.x - w / 2 + 3 : found.x + w / 2 - 3;
    lines.forEach(({ words, ink }, line) => {
      text(pen, words, { x, y: found.y - h / 2 + (line + 0.5) * LINE }, ink, align);
    });
  });
}

function besides({ x, y, r, right }: StandingNode, w: number, h: number): { x: number; y: number }[] {
  const aside = (right ? 1 : -1) * (r + 4 + w / 2);
  return [
    { x: x + aside, y },
    { x: x + aside, y: y + h / 2 },
    { x: x + aside, y: y - h / 2 },
    { x: x - aside, y },
  ];
}

function linesOf({ scene, detail }: Shown, { host }: Standing, at: number): Line[] {
  const node = host.nodes[at];
  // From afar, the host's own daemon is told by the name of the host.
  if (!node || (detail.few && node.label === OWN_DAEMON)) return [];
  const label: Line = { words: clean(node.label, 28), ink: { px: 11, color: WORD_COLOR[node.state] } };
  if (detail.level !== 'addresses') return [label];
  const networks = scene.networksOf(node.id);
  const more = networks.length > MOST_NETWORKS ? [`and ${networks.length - MOST_NETWORKS} more`] : [];
  const ink: Ink = { px: 10, weight: 400, color: 'ink3' };
  return [label, ...[...networks.slice(0, MOST_NETWORKS), ...more].map((words) => ({ words: clean(words, 60), ink }))];
}

function drawCrowds(pen: Pen, { crowds }: Shown, names: Boxes): void {
  const marks = crowds.map((crowd) => ({ crowd, at: toScreen(pen.view, crowd) }));
  for (const { at } of marks) names.add(square(at.x, at.y, CROWD_MARK * 1.25));
  for (const { crowd, at } of marks) {
    const [worst] = crowd.parts;
    if (worst) glyph(pen, worst.state, { ...at, r: CROWD_MARK });
    const lines = crowd.parts.map(({ state, count }) => ({
      words: `${figure(count)} ${STATE_WORDS[state]}`,
      ink: { px: pen.small ? 11 : 12, weight: 600, color: WORD_COLOR[state] },
    }));
    if (!pen.small && drawBlock(pen, lines, at, names)) continue;
    drawBlock(pen, lines.slice(0, 1), at, names);
  }
}

/** Under a mark, on ground of its own: there are dots below. Answers whether there was room. */
function drawBlock(pen: Pen, lines: readonly Line[], { x, y }: { x: number; y: number }, names: Boxes): boolean {
  const w = Math.max(...lines.map(({ words, ink }) => pen.widthOf(words, fontOf(pen, ink)))) + 10;
  const h = lines.length * (LINE + 1) + 4;
  const found = place({ w, h, spots: [{ x, y: y + CROWD_MARK * 1.25 + 2 + h / 2 }] }, names, names);
  if (!found) return false;
  pen.c.globalAlpha = 0.84;
  pen.c.fillStyle = pen.theme.color.bg;
  pen.c.beginPath();
  pen.c.roundRect(found.x - w / 2, found.y - h / 2, w, h, 4);
  pen.c.fill();
  pen.c.globalAlpha = 1;
  lines.forEach(({ words, ink }, line) => {
    text(pen, words, { x, y: found.y - h / 2 + 2 + (line + 0.5) * (LINE + 1) }, ink, 'center');
  });
  return true;
}
