import type { CommandStage, Stage } from '@orrery/shared/contracts';
import { seconds } from '../output/age.js';
import { safeText } from '../terminal/safe-text.js';
import type { Colors } from '../terminal/terminal.js';

/** `interface ztzy24d4fg 0.90 s` */
export const stageText = ({ stage, detail, ms }: CommandStage): string =>
  `${stage} ${detail} ${seconds(ms)}`.replace(/ {2}/, ' ');

/** A stage that waits for somebody else. */
const OPEN: Stage[] = ['authorization'];

// Stages arrive one by one, so their columns cannot be measured: a longer text shifts the rest of its line.
const STAGE_WIDTH = 11;
const DETAIL_END = 45;

/** `✓ interface   ztzy24d4fg                      0.90 s`, in color and aligned with the other stage lines. */
export function stageLine({ stage, detail, ms }: CommandStage, colors: Colors): string {
  const sign = OPEN.includes(stage) ? colors.yellow('…') : colors.green('✓');
  const what = `${stage.padEnd(STAGE_WIDTH)} ${safeText(detail)}`.padEnd(DETAIL_END);
  return `${sign} ${what} ${colors.dim(seconds(ms))}`;
}
