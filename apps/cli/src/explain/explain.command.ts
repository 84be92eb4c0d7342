import { closest, explainedCodes, meaningOf } from '@orrery/shared/contracts';
import { usageError } from '../errors/usage-error.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { outputOption, type OutputOptions } from '../options/shared-options.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { jsonText } from '../terminal/safe-text.js';

/** `orrery explain`: works without an API, because the codes are part of the contracts. */
export const explainLeaf = ({ terminal }: Context): Leaf<OutputOptions> => ({
  name: 'explain',
  summary: 'explain what a code means and how to fix it',
  details: 'Codes appear in outcomes, findings and problems; docs/errors.md lists them all.',
  args: [new ReferenceArgument('[code]', 'such as tun-missing (default: list all codes)', 'codes')],
  options: [outputOption(['table', 'json'])],
  examples: ['orrery explain authorization', 'orrery explain tun-missing'],
  run: ({ output }, code) => {
    if (code === undefined)
      return terminal.out(output === 'json' ? jsonText(explainedCodes()) : explainedCodes().join('\n'));
    const explanation = meaningOf(code);
    if (!explanation)
      throw usageError(`unknown code ${code}`, 'List all codes: `orrery explain`', closest(code, explainedCodes()));
    if (output === 'json') return terminal.out(jsonText({ code, ...explanation }));
    const { colors } = terminal;
    terminal.out([colors.bold(code), explanation.means, '', `${colors.bold('fix')}  ${explanation.fix}`].join('\n'));
  },
});
