import { Command, Help } from 'commander';
import { ExitCode } from '../errors/exit-code.js';
import type { ReferenceArgument } from '../options/reference-argument.js';
import type { ReferenceOption } from '../options/reference-option.js';

export interface Leaf<Options> {
  name: string;
  summary: string;
  /** More than fits in the summary. */
  details?: string;
  /** Replaces the generated usage, where arguments depend on options. */
  usage?: string;
  args?: ReferenceArgument[];
  options?: ReferenceOption[];
  /** Whole command lines; every `--help` shows them. */
  examples: [string, ...string[]];
  hidden?: boolean;
  run: (options: Options, ...args: string[]) => Promise<ExitCode | void> | ExitCode | void;
}

/** A node of the command tree: a group such as `host`, or a leaf such as `host ls`. */
export class OrreryCommand extends Command {
  /** The exit code of the process, stored at the root. */
  exitCode: ExitCode = ExitCode.done;
  examples: string[] = [];
  hidden = false;

  override createCommand(name?: string): OrreryCommand {
    return new OrreryCommand(name);
  }

  override createHelp(): Help {
    return Object.assign(new OrreryHelp(), this.configureHelp());
  }

  get root(): OrreryCommand {
    return this.parent ? (this.parent as OrreryCommand).root : this;
  }

  /** Adds a command that contains other commands. */
  group(name: string, summary: string): OrreryCommand {
    const group = this.command(name) as OrreryCommand;
    return group.summary(summary).description(summary).helpOption('-h, --help', 'show this help').helpCommand(false);
  }

  /** Adds a command that does something. */
  leaf<Options extends object>(leaf: Leaf<Options>): this {
    const command = this.command(leaf.name, { hidden: leaf.hidden ?? false }) as OrreryCommand;
    command.hidden = leaf.hidden ?? false;
    command.summary(leaf.summary).description([leaf.summary, leaf.details].filter(Boolean).join('\n\n'));
    command.helpOption('-h, --help', 'show this help');
    if (leaf.usage) command.usage(leaf.usage);
    for (const argument of leaf.args ?? []) command.addArgument(argument);
    for (const option of leaf.options ?? []) command.addOption(option);
    command.showExamples(leaf.examples);
    command.action(async (...given: unknown[]) => {
      const exitCode = await leaf.run(given.at(-2) as Options, ...(given.slice(0, -2).flat() as string[]));
      if (exitCode !== undefined) command.root.exitCode = exitCode;
    });
    return this;
  }

  showExamples(examples: string[]): this {
    this.examples = examples;
    return this.addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`);
  }
}

/**
 * Lists commands with their arguments, and options as users write them: `--wait[=duration]`, whose value needs the `=`.
 */
class OrreryHelp extends Help {
  override subcommandTerm(command: Command): string {
    const args = command.registeredArguments.map((argument) => `<${argument.name()}${argument.variadic ? '...' : ''}>`);
    return [command.name(), ...args].join(' ');
  }

  override optionTerm(option: ReferenceOption): string {
    return option.flags.replace(' [', '[=');
  }
}
