import { InvalidArgumentError } from 'commander';
import { OUTPUT_FORMATS, type OutputFormat } from '../output/format.js';
import { ReferenceOption } from './reference-option.js';

/** Flags with the same meaning everywhere. */
export interface OutputOptions {
  output: OutputFormat;
}
export interface ChangeOptions extends OutputOptions {
  wait?: string;
  dryRun?: boolean;
  yes?: boolean;
  selector?: string;
}

export const DEFAULT_WAIT = '2m';

export const outputOption = (formats: readonly OutputFormat[] = OUTPUT_FORMATS) =>
  new ReferenceOption('-o, --output <format>', 'output format').choices(formats).default('table');

export const selectorOption = (description = 'only hosts with these labels, such as site=cloud,tier!=db') =>
  new ReferenceOption('-l, --selector <selector>', description);

/** `attention=true` of a list in the API. */
export const attentionFilter = () =>
  new ReferenceOption('--attention', 'only those that need attention: failed, waiting, unreachable or unknown');

export const waitOption = () =>
  new ReferenceOption(
    '--wait [duration]',
    `show progress until done, for at most this long (default: ${DEFAULT_WAIT})`,
  );

export const dryRunOption = () => new ReferenceOption('--dry-run', 'print what would change; change nothing');

export const yesOption = () => new ReferenceOption('-y, --yes', 'skip the confirmation prompt');

export const limitOption = (fallback?: number) => {
  const option = new ReferenceOption('--limit <n>', 'show at most this many').argParser(positive);
  return fallback === undefined ? option : option.default(fallback);
};

/** Flags of every command that makes a change. */
export const changeOptions = () => [waitOption(), dryRunOption(), yesOption(), outputOption()];

export function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Must be a whole number greater than 0.');
  return Number(text);
}

/** A whole number, including 0. */
export function natural(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Must be a whole number.');
  return Number(text);
}

/** Collects `a,b` and repeated flags into one list. */
export const collect = (text: string, before: string[] | undefined): string[] => [
  ...(before ?? []),
  ...text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
];
