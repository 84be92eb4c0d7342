import { CliError } from './cli-error.js';
import { ExitCode } from './exit-code.js';

/** The command line is wrong. */
export const usageError = (cause: string, fix?: string, candidates?: string[], details?: string[]) =>
  new CliError({ exitCode: ExitCode.usage, code: 'usage', cause, fix, candidates, details });
