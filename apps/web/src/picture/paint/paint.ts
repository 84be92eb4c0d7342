import { Boxes } from '../names.js';
import { EMPTY_RADII } from '../rings.js';
import { drawEdges, drawLatencies, edgesIn } from './edges.js';
import { drawHosts } from './hosts.js';
import { drawRim, drawRings, drawSun, type RimSector } from './instrument.js';
import { drawNames, thingsIn } from './names.js';
import { type Pen } from './pen.js';
import { standingIn, type Shown } from './shown.js';
import { drawTip } from './tip.js';

/** Where the first sites will be. */
const TO_COME: readonly RimSector[] = [
  { label: 'your first site', from: -2, to: 1.1, hosts: 0 },
  { label: 'another', from: 1.2, to: 4.2, hosts: 0 },
];
const UNKNOWN: readonly RimSector[] = [{ label: '', from: -Math.PI / 2, to: 1.5 * Math.PI, hosts: 0 }];

/** From the ground up. @param shown nothing while it is being fetched */
export function paint(pen: Pen, shown: Shown | undefined): void {
  pen.c.clearRect(0, 0, pen.size.width, pen.size.height);
  if (!shown || shown.scene.hosts.length === 0) {
    const sectors = shown ? TO_COME : UNKNOWN;
    drawRings(pen, EMPTY_RADII, sectors);
    drawRim(pen, sectors, new Boxes());
    drawSun(pen, shown?.scene.controllers ?? [], new Boxes());
    return;
  }
  const { scene, stand } = shown;
  const sectors = scene.sectors.map(({ key, label, hosts, counts, from, to }) => ({
    ...{ label, counts, hosts: hosts.length },
    from: stand.sectors.get(key)?.from ?? from,
    to: stand.sectors.get(key)?.to ?? to,
  }));
  drawRings(pen, scene.layout.radii, sectors);
  const names = new Boxes();
  drawRim(pen, sectors, names);
  drawSun(pen, scene.controllers, names);
  const edges = edgesIn(pen, shown);
  drawEdges(pen, edges);
  const standing = standingIn(pen, shown);
  drawHosts(pen, shown, standing);
  drawNames(pen, shown, standing, { names, things: thingsIn(pen, shown, standing, true) });
  if (edges.length > 0) drawLatencies(pen, edges, names, thingsIn(pen, shown, standing, false));
  drawTip(pen, shown, standing, names);
}
