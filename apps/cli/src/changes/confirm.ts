import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';
import type { Context } from '../program/context.js';
import { safeText } from '../terminal/safe-text.js';

/**
 * Asks for confirmation of a change to several hosts, a leave or a removal. Without a terminal, only `--yes` confirms.
 */
export async function confirm(
  { terminal }: Context,
  question: string,
  affected: string[],
  yes: boolean | undefined,
): Promise<void> {
  if (yes) return;
  const said = safeText(question);
  if (!terminal.interactive)
    throw refusal(
      `confirmation required, but there is no terminal: ${said}`,
      'Add --yes to confirm, or --dry-run to preview.',
      affected,
    );
  for (const line of affected) terminal.err(`  ${safeText(line)}`);
  const answer = await terminal.ask(`${said} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw refusal('not confirmed; nothing was changed');
}

/** For changes that cannot be undone: the user must type the name. Without a terminal, `--yes` replaces that. */
export async function confirmName(
  { terminal }: Context,
  question: string,
  name: string,
  consequences: string[],
  yes: boolean | undefined,
): Promise<void> {
  if (yes) return;
  const said = safeText(question);
  if (!terminal.interactive)
    throw refusal(
      `confirmation required, but there is no terminal: ${said}`,
      'Add --yes to confirm, or --dry-run to preview.',
      consequences,
    );
  for (const line of consequences) terminal.err(`  ${safeText(line)}`);
  const answer = await terminal.ask(`${said} Type its name to confirm: `);
  if (answer.trim() !== name) throw refusal('the name does not match; nothing was changed');
}

const refusal = (cause: string, fix?: string, affected: string[] = []) =>
  new CliError({
    exitCode: ExitCode.refused,
    code: 'confirmation-required',
    cause,
    fix,
    details: affected,
  });
