import { usageError } from '../errors/usage-error.js';
import { KINDS, type Kind } from '../options/kind.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import type { Context } from '../program/context.js';
import type { OrreryCommand } from '../program/orrery-command.js';
import { safeText } from '../terminal/safe-text.js';
import { bashCompletion } from './bash.js';
import { completionTree } from './completion-tree.js';
import { fishCompletion } from './fish.js';
import { knownValues } from './known-values.js';
import { zshCompletion } from './zsh.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

export function addCompletion(program: OrreryCommand, context: Context): void {
  program.leaf({
    name: 'completion',
    summary: 'print the completion script for a shell',
    details:
      'bash: source <(orrery completion bash)\nzsh:  source <(orrery completion zsh)\nfish: orrery completion fish | source',
    args: [new ReferenceArgument('<shell>', 'which shell').choices(Object.keys(SHELLS))],
    examples: ['source <(orrery completion bash)'],
    run: (_options, shell) => {
      context.terminal.out(SHELLS[shell as keyof typeof SHELLS](completionTree(program)).trimEnd());
    },
  });
  program.leaf({
    name: '__complete',
    hidden: true,
    summary: 'list the values of a reference, for the completion scripts',
    args: [new ReferenceArgument('<kind>', KINDS.join(', '))],
    examples: ['orrery __complete hosts'],
    run: async (_options, kind = '') => {
      if (!KINDS.includes(kind as Kind)) throw usageError(`unknown kind of reference: ${kind}`);
      const values = await knownValues(context.client, kind as Kind);
      // Skip values that a shell would split or expand.
      const plain = values.filter((value) => safeText(value) === value && !/[\s'"`$\\;&|<>()]/.test(value));
      if (plain.length > 0) context.terminal.out(plain.join('\n'));
    },
  });
}
