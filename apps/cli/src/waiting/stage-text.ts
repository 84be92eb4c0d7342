import type { CommandStage, Stage } from '@orrery/shared/contracts';
import { seconds } from '../output/age.js';
import { safeText } from '../terminal/safe-text.js';
import type { Colors } from '../terminal/terminal.js';

/** `interface ztzy24d4fg 0.90 s` */
export const stageText = ({ stage, detail, ms }: CommandStage): string =>
  `${stage} ${detail} ${seconds(ms)}`.replace(/ {2}/, ' ');

/** A stage that somebody else has to end. */
const OPEN: Stage[] = ['authorization'];

/** `✓ interface ztzy24d4fg 0.90 s`, coloured. */
export function stageLine({ stage, detail, ms }: CommandStage, colors: Colors): string {
  const sign = OPEN.includes(stage) ? colors.yellow('…') : colors.green('✓');
  return [sign, stage, safeText(detail), colors.dim(seconds(ms))].filter(Boolean).join(' ');
}
