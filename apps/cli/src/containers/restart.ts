import type { ExitCode } from '../errors/exit-code.js';
import { submit, submitEverywhere } from '../changes/submit.js';
import { usageError } from '../errors/usage-error.js';
import { changeOptions, type ChangeOptions, selectorOption } from '../options/shared-options.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { containerReference } from '../references/container-reference.js';
import { containerArgument } from './container-view.js';

/** `orrery restart`, and the same as `container restart`. */
export const restartLeaf = (context: Context, verb: string): Leaf<ChangeOptions> => ({
  name: 'restart',
  summary: 'restart a container',
  details: 'With -l: restarts the container of this name on every matching host.',
  args: [containerArgument()],
  options: [selectorOption('every host with these labels'), ...changeOptions()],
  examples: [`${verb} web-1/demo --wait`, `${verb} -l site=cloud demo`],
  run: async (options, reference = ''): Promise<ExitCode> => {
    const { selector } = options;
    if (selector === undefined) {
      const { path } = await containerReference(context.client, reference);
      return submit(context, { method: 'POST', path: `${path}/restart` }, options);
    }
    const command = { action: 'restart' as const, container: bareName(reference) };
    const text = (count: number) => `Restart ${reference} on ${count} hosts?`;
    return submitEverywhere(context, command, { text, always: false }, { ...options, selector });
  },
});

/** With `-l` the labels choose the hosts, so the container must be a plain name. */
export function bareName(reference: string): string {
  if (reference.includes('/'))
    throw usageError(
      `-l selects the hosts, but "${reference}" also names one`,
      'Write only the name of the container.',
    );
  return reference;
}
