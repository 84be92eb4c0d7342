import { figure } from '../say.js';
import { notFine, STATE_WORDS, type Tally } from '../states.js';
import { type TopologyController } from '../topology.js';
import { type Boxes } from '../names.js';
import { hexagon, WORD_COLOR } from './glyphs.js';
import { arcText, arcWidth, clean, fontOf, text, type Ink, type Pen, type Piece } from './pen.js';

export interface RimSector {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly hosts: number;
  readonly counts?: Tally;
}

const RIM = 0.985;
const SUN = 0.2;
const NAME: Ink = { px: 11, color: 'ink2' };
const DEGREE = Math.PI / 180;
/** With more rings they are drawn fainter: they would otherwise be all that is seen. */
const MANY_RINGS = 9;

export function drawRings({ c, theme, view }: Pen, radii: readonly number[], sectors: readonly RimSector[]): void {
  c.beginPath();
  for (const r of radii)
    for (const { from, to } of sectors) {
      c.moveTo(view.x + r * view.scale * Math.cos(from), view.y + r * view.scale * Math.sin(from));
      c.arc(view.x, view.y, r * view.scale, from, to);
    }
  c.strokeStyle = theme.color[radii.length > MANY_RINGS ? 'chart2' : 'chart'];
  c.lineWidth = 1;
  c.stroke();
}

/** @param names gets the names of the sites: no other name may touch them */
export function drawRim(pen: Pen, sectors: readonly RimSector[], names: Boxes): void {
  const { c, theme, view } = pen;
  const rim = view.scale * RIM;
  c.beginPath();
  for (const { from, to } of sectors) {
    c.moveTo(view.x + rim * Math.cos(from), view.y + rim * Math.sin(from));
    c.arc(view.x, view.y, rim, from, to);
    ticks(pen, from, to);
  }
  c.strokeStyle = theme.color.chart;
  c.lineWidth = 1;
  c.stroke();
  for (const sector of sectors) drawName(pen, sector, names);
}

/** About one a degree, with a longer one every ten and at both ends. */
function ticks({ c, view }: Pen, from: number, to: number): void {
  const rim = view.scale * RIM;
  const count = Math.max(2, Math.round((to - from) / (DEGREE * (view.scale < 200 ? 2 : 1))));
  for (let at = 0; at <= count; at++) {
    const t = from + ((to - from) * at) / count;
    const inner = rim - (at === 0 || at === count ? 10 : at % 10 === 0 ? 7 : 3.5);
    c.moveTo(view.x + rim * Math.cos(t), view.y + rim * Math.sin(t));
    c.lineTo(view.x + inner * Math.cos(t), view.y + inner * Math.sin(t));
  }
}

function drawName(pen: Pen, sector: RimSector, names: Boxes): void {
  const radius = pen.view.scale * RIM + (pen.small ? 10 : 14);
  const span = sector.to - sector.from;
  // The gaps belong to both neighbours.
  const room = (span + Math.min(0.056, span / 4)) * radius - 4;
  const choices = pen.small ? wordings(sector, 11) : [...wordings(sector, 12.5), ...wordings(sector, 11).slice(-2)];
  const fits = choices.find((pieces) => arcWidth(pen, pieces) < room);
  if (fits) arcText(pen, fits, { radius, middle: (sector.from + sector.to) / 2 }, names);
}

/** What the rim may say of a site, from the longest to the shortest. */
function wordings({ label, hosts, counts }: RimSector, px: number): Piece[][] {
  const parts = counts ? notFine(counts) : [];
  const ink: Ink = { px, weight: parts.length > 0 ? 600 : 500, color: parts.length > 0 ? 'ink' : 'ink2' };
  const site = clean(label, 32);
  const name = { words: hosts > 0 ? `${site} · ${figure(hosts)}` : site, ink };
  const said = parts.map(({ state, count }) => ({
    words: `   ${figure(count)} ${STATE_WORDS[state]}`,
    ink: { px, weight: 600, color: WORD_COLOR[state] },
  }));
  return [
    [name, ...said],
    [name, ...said.slice(0, 1)],
    [name],
    [{ words: site, ink }],
    [{ words: clean(site, 7), ink }],
  ];
}

/** What authorizes stands in the middle. @param names gets its names */
export function drawSun(pen: Pen, controllers: readonly TopologyController[], names: Boxes): void {
  const { c, theme, view } = pen;
  const r = SUN * view.scale;
  const glow = c.createRadialGradient(view.x, view.y, 0, view.x, view.y, r * 1.35);
  glow.addColorStop(0, theme.color.sun);
  glow.addColorStop(1, /^#[\da-f]{6}$/i.test(theme.color.sun) ? `${theme.color.sun}00` : 'transparent');
  c.fillStyle = glow;
  c.beginPath();
  c.arc(view.x, view.y, r * 1.35, 0, 2 * Math.PI);
  c.fill();
  c.beginPath();
  c.arc(view.x, view.y, r, 0, 2 * Math.PI);
  c.strokeStyle = theme.color.chart;
  c.lineWidth = 1;
  c.stroke();
  drawControllers(pen, controllers, r, names);
}

function drawControllers(pen: Pen, controllers: readonly TopologyController[], sun: number, names: Boxes): void {
  const { view } = pen;
  const count = controllers.length;
  const alone = count === 1;
  const away = alone ? 0 : sun * (count > 6 ? 0.72 : 0.52);
  const most = alone ? 22 : Math.min(22, (away * Math.PI) / count / 1.3);
  const size = Math.max(3.5, Math.min(view.scale * (alone ? 0.045 : 0.032), most));
  const named = alone ? view.scale > 150 : (away * 2 * Math.PI) / count > 130;
  controllers.forEach(({ name, state }, place) => {
    const t = -Math.PI / 2 + (place * 2 * Math.PI) / count;
    const x = view.x + away * Math.cos(t);
    const y = view.y + away * Math.sin(t) - (alone && named ? 8 : 0);
    const r = size * (state === 'fine' ? 1 : 1.2);
    hexagon(pen, state, { x, y, r });
    if (!named) return;
    const [words, ink, at] = [clean(name, 24), NAME, { x, y: y + r + 12 }];
    names.add({ ...at, w: pen.widthOf(words, fontOf(pen, ink)), h: ink.px + 4 });
    text(pen, words, at, ink, 'center');
  });
}
