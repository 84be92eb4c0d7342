import { ReferenceOption } from './reference-option.js';
import { collect } from './shared-options.js';

/** Labels for a new host. In other commands, `-l` selects hosts by these labels. */
export const labelOption = (description: string) =>
  new ReferenceOption('-l, --label <key=value>', description).argParser(collect);

/** Whether machines may choose labels when they enroll, in addition to those on the token. */
export const ownLabelsOption = (description: string) => new ReferenceOption('--own-labels', description);

/** `key=value`; without a value the label is empty. */
export function labelsOf(given: string[]): Record<string, string> {
  const pairs = given.map((text): [string, string] => {
    const [key = '', ...value] = text.split('=');
    return [key, value.join('=')];
  });
  return Object.fromEntries(pairs);
}
