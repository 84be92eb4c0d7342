import type { Explanation, Standing, ViewPoint } from '@orrery/shared/contracts';
import { age } from '../output/age.js';
import { commandText } from '../output/outcome.js';
import { alignedRows, toneOf, type Tone } from '../output/table.js';
import { safeText } from '../terminal/safe-text.js';
import type { Colors } from '../terminal/terminal.js';

const TONES: Record<Standing, Tone> = { fine: 'good', warning: 'warn', trouble: 'bad', unknown: 'warn' };

/** An explanation for people: the sentence, how it came to be so, what the three parties say, and the fix. */
export function explanationLines(explanation: Explanation, colors: Colors, now: number): string[] {
  const { headline, standing, since, asOf, story, more } = explanation;
  const lines = [toneOf(colors, TONES[standing])(safeText(headline)) + sinceText(since, standing, colors, now)];
  if (asOf !== null) lines.push(colors.dim(`  told from what was last heard, ${age(asOf, now)} ago`));
  lines.push(...indented(alignedRows(story.map(({ at, text }) => [colors.dim(clock(at, now)), safeText(text)]))));
  lines.push(...indented(alignedRows(viewRows(explanation, colors))));
  lines.push(...indented(alignedRows(causeRows(explanation, colors))));
  if (more.length > 0) {
    lines.push(...(lines.length > 1 ? [''] : []), colors.bold('also'));
    const rows = more.map(({ standing: how, about, code, cause }) => [
      toneOf(colors, TONES[how])(safeText(about)),
      safeText(code),
      safeText(cause),
    ]);
    lines.push(...indented(alignedRows(rows)));
  }
  return lines;
}

const indented = (lines: string[]) => lines.map((line) => `  ${line}`);

const sinceText = (since: string | null, standing: Standing, colors: Colors, now: number) =>
  since === null || standing === 'fine' || age(since, now) === 'now' ? '' : colors.dim(`, for ${age(since, now)}`);

function viewRows({ views }: Explanation, colors: Colors): string[][] {
  if (views === null) return [];
  const row = (name: string, { text, standing }: ViewPoint) => [
    colors.bold(name),
    toneOf(colors, standing === 'fine' ? undefined : standing === 'unknown' ? 'dim' : TONES[standing])(safeText(text)),
  ];
  return [row('controller', views.controller), row('daemon', views.daemon), row('kernel', views.kernel)];
}

function causeRows({ cause }: Explanation, colors: Colors): string[][] {
  if (cause === null) return [];
  return [
    [colors.bold('fix'), safeText(cause.fix)],
    ...cause.commands.map((command) => [colors.bold('run'), safeText(commandText(command))]),
    [colors.bold('more'), colors.dim(`orrery explain ${safeText(cause.code)}`)],
  ];
}

/** Today's time of day, or the whole date. */
function clock(at: string, now: number): string {
  const today = new Date(now).toISOString().slice(0, 10);
  return at.startsWith(today) ? at.slice(11, 19) : `${at.slice(0, 10)} ${at.slice(11, 19)}`;
}
