import type { AboutMachine } from '../about-machine.js';
import type { Spread } from '../statistics.js';
import type { LaunchReport, PointReport, RatioReport } from './report.js';
import { ABOUT } from './ways.js';

const WIDTH = 54;

/** The report for people: the median of each figure, with the quartiles in brackets. */
export function reportText(report: LaunchReport): string {
  const { machine, rounds, at, ways, bare, ratios, failures } = report;
  return [
    `launch to address, ${rounds} round${rounds === 1 ? '' : 's'}, ${at}`,
    ...machineLines(machine),
    '',
    ...ways.map(({ way, total }) => line(`${way.padEnd(8)} ${ABOUT[way]}`, milliseconds(total), 82)),
    ...(bare ? [line('bare     create + start + the daemon itself, without the upload', milliseconds(bare), 82)] : []),
    '',
    ...ratios.map(ratioLine),
    ...ways.flatMap(({ way, points }) => [
      '',
      `${way}: since its start, and since the line above`,
      ...pointLines(points),
    ]),
    ...failures.map(({ way, round, cause }) => `\nFAILED: ${way} in round ${round}: ${cause}`),
  ].join('\n');
}

function machineLines({ zerotier, versions, processor, processors, memoryGb, system, load }: AboutMachine): string[] {
  const what = zerotier.isStandIn
    ? `STAND-IN (${zerotier.image}): the daemon's own time is modeled on recordings, not measured`
    : `image ${zerotier.image}`;
  return [
    `zerotier-one: ${what}`,
    `machine: ${processors} × ${processor}, ${memoryGb} GB, ${system}, load before ${load.toFixed(1)}`,
    `versions: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
  ];
}

function ratioLine({ name, ratio, goal }: RatioReport): string {
  const { atMost, atLeast } = goal ?? {};
  const isMet = ratio.median <= (atMost ?? Infinity) && ratio.median >= (atLeast ?? 0);
  const wanted = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  return `${line(name, spreadText(ratio, 2))}${goal ? `  goal ${wanted}: ${isMet ? 'met' : 'NOT MET'}` : ''}`;
}

function pointLines(points: PointReport[]): string[] {
  return points.map(({ name, at }, index) => {
    const since = at.median - (points[index - 1]?.at.median ?? 0);
    return `${line(`  ${name}`, milliseconds(at))}  +${Math.round(since)}`;
  });
}

const line = (name: string, figures: string, width = WIDTH) => `${name.padEnd(width)} ${figures}`;
const milliseconds = (spread: Spread) => `${spreadText(spread, 0)} ms`;

function spreadText({ median, lower, upper }: Spread, digits: number): string {
  return `${median.toFixed(digits).padStart(6)} (${lower.toFixed(digits)} to ${upper.toFixed(digits)})`;
}
