import type { Terminal } from '../terminal/terminal.js';
import { jsonText, safeText } from '../terminal/safe-text.js';
import { CliError } from './cli-error.js';
import { ExitCode } from './exit-code.js';

/** Prints an error to stderr, as text or (with `-o json`) as problem JSON, and returns the exit code. */
export function reportError(terminal: Terminal, error: unknown, asJson: boolean): ExitCode {
  const known = error instanceof CliError ? error : unforeseen(error);
  if (asJson) terminal.err(jsonText(known.problem ?? asProblem(known)));
  else for (const line of messageLines(known, terminal)) terminal.err(line);
  return known.exitCode;
}

function messageLines(error: CliError, { errColors }: Terminal): string[] {
  const lines = [`${errColors.red('error')} ${safeText(error.message)} ${errColors.dim(`(${safeText(error.code)})`)}`];
  lines.push(...error.details.map((detail) => `  ${safeText(detail)}`));
  if (error.candidates.length > 0) {
    lines.push('did you mean:', ...error.candidates.map((candidate) => `  ${safeText(candidate)}`));
  }
  if (error.fix) lines.push(`${errColors.bold('fix')}   ${safeText(error.fix)}`);
  return lines;
}

const asProblem = (error: CliError) => ({
  type: 'about:blank',
  title: 'the command failed',
  code: error.code,
  detail: error.message,
  ...(error.fix ? { fix: error.fix } : {}),
  ...(error.candidates.length > 0 ? { candidates: error.candidates } : {}),
});

const unforeseen = (error: unknown) =>
  new CliError({
    exitCode: ExitCode.failed,
    code: 'internal',
    cause: error instanceof Error ? (error.stack ?? error.message) : String(error),
    fix: 'This is a bug in orrery. Please report it with the lines above.',
    origin: error,
  });
