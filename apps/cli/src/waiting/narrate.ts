import { isFinal, type Command } from '@orrery/shared/contracts';
import { ExitCode } from '../errors/exit-code.js';
import { marked } from '../hosts/host-view.js';
import { seconds } from '../output/age.js';
import { safeText } from '../terminal/safe-text.js';
import type { Colors } from '../terminal/terminal.js';
import { stageLine } from './stage-text.js';

export const commandTitle = (command: Command) =>
  safeText(marked(`${command.action} ${command.target}`, command.simulated));

/** The news since the command was last seen (undefined: never), one line each. The verdict reports its end. */
export function narrate(before: Command | undefined, command: Command, colors: Colors): string[] {
  const lines = command.stages
    .slice(before?.stages.length ?? 0)
    .filter(({ stage }) => stage !== 'done' && stage !== 'failed')
    .map((stage) => stageLine(stage, colors));
  return [...lines, ...newReason(before, command, colors)];
}

/** What the command waits for and what to do about it, unless that has been printed already. */
export function newReason(before: Command | undefined, command: Command, colors: Colors): string[] {
  const isNew = waitsFor(command) !== undefined && waitsFor(command) !== (before && waitsFor(before));
  return isNew ? reasonLines(command, colors) : [];
}

/** A connected host receives a command at once, so this is printed only after a while. */
export const queuedLine = ({ host }: Command, colors: Colors) =>
  `${colors.yellow('…')} queued until ${safeText(host.name)} connects`;

const waitsFor = ({ state, outcome }: Command) =>
  isFinal(state) || outcome?.kind !== 'waiting' ? undefined : `${outcome.code} ${outcome.cause}`;

function reasonLines({ outcome }: Command, colors: Colors): string[] {
  if (outcome?.kind !== 'waiting') return [];
  return [
    `${colors.yellow('…')} waiting (${outcome.code}): ${safeText(outcome.cause)}`,
    `  ${colors.bold('next')} ${safeText(outcome.fix)}`,
  ];
}

export interface Verdict {
  exitCode: ExitCode;
  lines: string[];
}

/** How a command ended, or its state at the timeout, with what to do about it. */
export function verdictOf(command: Command, waitedMs: number, colors: Colors): Verdict {
  const title = colors.bold(commandTitle(command));
  const took = command.endedAt ? Date.parse(command.endedAt) - Date.parse(command.createdAt) : waitedMs;
  switch (command.state) {
    case 'done':
      return {
        exitCode: ExitCode.done,
        lines: [`${colors.green('✓')} ${title} done in ${colors.dim(seconds(took))}`],
      };
    case 'failed':
      return { exitCode: ExitCode.failed, lines: failureLines(command, title, colors) };
    case 'cancelled':
      return { exitCode: ExitCode.failed, lines: [`${colors.red('✗')} ${title} was cancelled`] };
    case 'superseded':
      return { exitCode: ExitCode.failed, lines: [`${colors.red('✗')} ${title} was superseded by a newer command`] };
    case 'queued':
    case 'delivered':
    case 'waiting':
      return { exitCode: ExitCode.waiting, lines: stillLines(command, title, seconds(waitedMs), colors) };
  }
}

function failureLines({ outcome }: Command, title: string, colors: Colors): string[] {
  const sign = colors.red('✗');
  if (outcome?.kind !== 'failed') return [`${sign} ${title} failed`];
  return [
    `${sign} ${title} failed: ${safeText(outcome.cause)} ${colors.dim(`(${outcome.code})`)}`,
    `  ${colors.bold('fix')}  ${safeText(outcome.fix)}`,
    `  ${colors.bold('more')} orrery explain ${outcome.code}`,
  ];
}

function stillLines(command: Command, title: string, waited: string, colors: Colors): string[] {
  const { outcome, state, host, id } = command;
  const why =
    outcome?.kind === 'waiting'
      ? `${outcome.code}: ${safeText(outcome.cause)}`
      : state === 'queued'
        ? `${safeText(host.name)} has not received it yet`
        : 'the host has not reported the result yet';
  const next = outcome?.kind === 'waiting' ? [`  ${colors.bold('next')} ${safeText(outcome.fix)}`] : [];
  return [
    `${colors.yellow('…')} ${title} is still waiting after ${waited}: ${why}`,
    ...next,
    `  ${colors.bold('then')} orrery command wait ${id} ${colors.dim('(it continues in the background)')}`,
  ];
}
