import type { ExitCode } from '../errors/exit-code.js';
import { submit, submitEverywhere } from '../changes/submit.js';
import { changeOptions, type ChangeOptions, selectorOption } from '../options/shared-options.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { containerReference } from '../references/container-reference.js';
import { containerArgument } from './container-view.js';
import { bareName } from './restart.js';

/** `orrery rm`, and the same as `container rm`. */
export const removeLeaf = (context: Context, verb: string): Leaf<ChangeOptions> => ({
  name: 'rm',
  summary: 'remove a container',
  details: 'Its node leaves its networks, and its identity is given up. With -l: on every matching host.',
  args: [containerArgument()],
  options: [selectorOption('on every host with these labels'), ...changeOptions()],
  examples: [`${verb} web-1/demo`, `${verb} -l site=cloud demo --yes --wait`],
  run: async (options, reference = ''): Promise<ExitCode> => {
    const { selector } = options;
    if (selector === undefined) {
      const { path } = await containerReference(context.client, reference);
      return submit(context, { method: 'DELETE', path, question: `Remove the container ${reference}?` }, options);
    }
    const command = { action: 'remove' as const, container: bareName(reference) };
    const text = (count: number) => `Remove ${reference} from ${count} host${count === 1 ? '' : 's'}?`;
    return submitEverywhere(context, command, { text, always: true }, { ...options, selector });
  },
});
