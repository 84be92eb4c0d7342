import type { FixCommand, Outcome, ShownOutcome } from '@orrery/shared/contracts';
import type { Tone } from './table.js';

/** `done`, `waiting: authorization`, `failed: image-absent`. */
export function outcomeText(outcome: Outcome | null): string {
  if (outcome === null) return '';
  return outcome.kind === 'done' ? 'done' : `${outcome.kind}: ${outcome.code}`;
}

export function outcomeTone(outcome: Outcome | null): Tone | undefined {
  if (outcome === null) return undefined;
  return ({ done: 'good', waiting: 'warn', failed: 'bad' } as const)[outcome.kind];
}

/** Cause, fix, the commands that carry it out, and where to read more, printed below an object. */
export function outcomeLines(outcome: ShownOutcome | null): [title: string, text: string][] {
  if (outcome === null || outcome.kind === 'done') return [];
  return [
    ['cause', outcome.cause],
    ['fix', outcome.fix],
    ...outcome.commands.map((command): [string, string] => ['run', commandText(command)]),
    ['more', `orrery explain ${outcome.code}`],
  ];
}

/** A command that needs another place than this one says where to run it. */
export const commandText = ({ on, host, run }: FixCommand): string =>
  on === 'host' ? `${run}   (on ${host ?? 'the host'}, as root)` : run;
