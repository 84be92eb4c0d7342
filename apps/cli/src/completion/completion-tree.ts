import type { OrreryCommand } from '../program/orrery-command.js';
import type { Kind } from '../options/kind.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';

/** Possible values of an option or argument: fixed words, or a kind of reference that the API lists. */
export interface Values {
  words?: readonly string[];
  kind?: Kind | undefined;
}
export interface CompletionFlag extends Values {
  flags: string[];
  about: string;
  takesValue: boolean;
}
export interface CompletionNode {
  /** `host ls`; empty for `orrery` itself. */
  path: string;
  commands: { name: string; about: string }[];
  flags: CompletionFlag[];
  args: Values[];
}

/** Every command of the tree, with what a shell can offer after it. Includes plural nouns, but no internal commands. */
export function completionTree(command: OrreryCommand, path = ''): CompletionNode[] {
  const children = (command.commands as OrreryCommand[]).filter((child) => !child.name().startsWith('_'));
  const node: CompletionNode = {
    path,
    commands: children.map((child) => ({ name: child.name(), about: child.summary() })),
    flags: [...command.options.map(flagOf), { flags: ['-h', '--help'], about: 'show this help', takesValue: false }],
    args: command.registeredArguments.map((argument) =>
      argument instanceof ReferenceArgument ? { kind: argument.kind, words: argument.argChoices ?? [] } : {},
    ),
  };
  return [node, ...children.flatMap((child) => completionTree(child, `${path} ${child.name()}`.trim()))];
}

function flagOf(option: OrreryCommand['options'][number]): CompletionFlag {
  const { short, long, argChoices, required, description } = option;
  return {
    flags: [short, long].filter((flag) => flag !== undefined && flag !== null),
    about: description,
    // `--wait[=2m]` takes its value only after the `=`, never as the next word.
    takesValue: required,
    words: argChoices ?? [],
    kind: option instanceof ReferenceOption ? option.kind : undefined,
  };
}
