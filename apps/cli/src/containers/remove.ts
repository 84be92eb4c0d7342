import type { ExitCode } from '../errors/exit-code.js';
import { submit, submitEverywhere } from '../changes/submit.js';
import { usageError } from '../errors/usage-error.js';
import { ReferenceOption } from '../options/reference-option.js';
import { changeOptions, type ChangeOptions, selectorOption } from '../options/shared-options.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { containerReference } from '../references/container-reference.js';
import { containerArgument } from './container-view.js';
import { bareName } from './restart.js';

/** `orrery rm`, and the same as `container rm`. */
export const removeLeaf = (context: Context, verb: string): Leaf<ChangeOptions & { forget?: boolean }> => ({
  name: 'rm',
  summary: 'remove a container',
  details: 'Its node leaves its networks, and its identity is discarded. With -l: on every matching host.',
  args: [containerArgument()],
  options: [
    new ReferenceOption('--forget', 'also delete its records on the controllers of its networks'),
    selectorOption('every host with these labels'),
    ...changeOptions(),
  ],
  examples: [`${verb} web-1/demo`, `${verb} web-1/demo --forget --yes`, `${verb} -l site=cloud demo --yes --wait`],
  run: async (options, reference = ''): Promise<ExitCode> => {
    const { selector, forget } = options;
    if (selector === undefined) {
      const { path } = await containerReference(context.client, reference);
      const question = `Remove the container ${reference}?`;
      return submit(context, { method: 'DELETE', path, question, ...(forget ? { query: { forget } } : {}) }, options);
    }
    if (forget)
      throw usageError(
        '--forget works with one container only',
        'Remove the containers, then delete their records: `orrery membership forget --stale`',
      );
    const command = { action: 'remove' as const, container: bareName(reference) };
    const text = (count: number) => `Remove ${reference} from ${count} host${count === 1 ? '' : 's'}?`;
    return submitEverywhere(context, command, { text, always: true }, { ...options, selector });
  },
});
