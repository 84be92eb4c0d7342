import { ReferenceOption } from './reference-option.js';
import { collect } from './shared-options.js';

/** Labels that a new host gets. Where hosts are looked for, `-l` selects them by what is given here. */
export const labelOption = (description: string) =>
  new ReferenceOption('-l, --label <key=value>', description).argParser(collect);

/** Whether machines may choose labels when they enrol: those on the token are the person's word, these are the machine's. */
export const ownLabelsOption = (description: string) => new ReferenceOption('--own-labels', description);

/** `key=value`; without a value the label is empty. */
export function labelsOf(given: string[]): Record<string, string> {
  const pairs = given.map((text): [string, string] => {
    const [key = '', ...value] = text.split('=');
    return [key, value.join('=')];
  });
  return Object.fromEntries(pairs);
}
