import { InvalidArgumentError } from 'commander';
import { OUTPUT_FORMATS, type OutputFormat } from '../output/format.js';
import { ReferenceOption } from './reference-option.js';

/** The flags that mean the same everywhere. */
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
  new ReferenceOption('-o, --output <format>', 'how to print').choices(formats).default('table');

export const selectorOption = (description = 'only hosts with these labels, such as site=cloud,tier!=db') =>
  new ReferenceOption('-l, --selector <selector>', description);

export const waitOption = () =>
  new ReferenceOption('--wait [duration]', `show each stage until it came true, at most this long (${DEFAULT_WAIT})`);

export const dryRunOption = () => new ReferenceOption('--dry-run', 'only print what would change');

export const yesOption = () => new ReferenceOption('-y, --yes', 'do not ask');

export const limitOption = (fallback?: number) => {
  const option = new ReferenceOption('--limit <n>', 'at most this many').argParser(positive);
  return fallback === undefined ? option : option.default(fallback);
};

/** Flags of everything that changes something. */
export const changeOptions = () => [waitOption(), dryRunOption(), yesOption(), outputOption()];

export function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number above 0.');
  return Number(text);
}

/** Also 0. */
export function natural(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number.');
  return Number(text);
}

/** `a,b` and repeated flags both make one list. */
export const collect = (text: string, before: string[] | undefined): string[] => [
  ...(before ?? []),
  ...text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
];
