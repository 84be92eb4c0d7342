import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';
import type { Context } from '../program/context.js';
import { safeText } from '../terminal/safe-text.js';

/**
 * Asks before a change to several hosts, a leave or a removal. Where nobody is there to answer, only `--yes` is a yes.
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
      `"${said}" wants a yes, and this is no terminal to ask on.`,
      'Add --yes; --dry-run shows what it would do.',
      affected,
    );
  for (const line of affected) terminal.err(`  ${safeText(line)}`);
  const answer = await terminal.ask(`${said} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw refusal('Nothing was changed: the answer was not yes.');
}

/** For what cannot be taken back: the name has to be typed. Where nobody is there to type, `--yes` stands for it. */
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
      `"${said}" wants the name "${safeText(name)}" to be typed, and this is no terminal to ask on.`,
      'Add --yes.',
      consequences,
    );
  for (const line of consequences) terminal.err(`  ${safeText(line)}`);
  const answer = await terminal.ask(`${said} Type its name to say yes: `);
  if (answer.trim() !== name) throw refusal('Nothing was changed: what was typed is not its name.');
}

const refusal = (cause: string, fix?: string, affected: string[] = []) =>
  new CliError({
    exitCode: ExitCode.refused,
    code: 'confirmation-required',
    cause,
    fix,
    details: affected,
  });
