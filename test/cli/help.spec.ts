import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { OrreryCommand } from '../../apps/cli/src/program/orrery-command.js';
import { createProgram } from '../../apps/cli/src/program/program.js';
import type { Context } from '../../apps/cli/src/program/context.js';
import { cliMarkdown } from '../../apps/cli/src/docs/cli-markdown.js';
import { runCli } from './support/fake-terminal.js';

const program = await createProgram({} as Context);
const leaves = (command: OrreryCommand, path: string[] = []): { path: string[]; command: OrreryCommand }[] => {
  const children = command.commands as OrreryCommand[];
  if (children.length === 0) return [{ path, command }];
  return children.flatMap((child) => leaves(child, [...path, child.name()]));
};
const all = leaves(program);

describe('help', () => {
  it('equals docs/cli.md, which `npm run docs` regenerates', () => {
    expect(readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')).toBe(cliMarkdown(program));
  });

  it.each(all.map(({ path }) => path.join(' ')))('of `orrery %s` has an example of that command', async (path) => {
    const { code, out } = await runCli(`${path} --help`, {});
    expect(code).toBe(0);
    const [, examples = ''] = out.split('Examples:\n');
    const written = examples.split('\n').filter((line) => line.includes('orrery'));
    expect(written.length).toBeGreaterThan(0);
  });

  it('shows only examples that the command line accepts', () => {
    const known = (line: string) => {
      const words = line
        .replace(/^source <\((.*)\)$/, '$1')
        .split(' ')
        .slice(1);
      let command = program;
      for (const word of words) {
        const child = (command.commands as OrreryCommand[]).find((one) => one.name() === word);
        if (!child) break;
        command = child;
      }
      const flags = words.filter((word) => word.startsWith('-')).map((word) => word.replace(/=.*/, ''));
      const unknown = flags.filter(
        (flag) => !command.options.some(({ short, long }) => flag === short || flag === long),
      );
      return command.commands.length === 0 && unknown.length === 0;
    };
    const examples = all.flatMap(({ command }) => command.examples);
    expect(examples.length).toBeGreaterThan(30);
    expect(examples.filter((example) => !known(example))).toEqual([]);
    expect(known('orrery hosts --nonsense')).toBe(false);
  });

  it('summarizes every command in a lowercase phrase of at most 70 characters', () => {
    const nodes = (command: OrreryCommand): OrreryCommand[] => [
      command,
      ...(command.commands as OrreryCommand[]).flatMap(nodes),
    ];
    const summaries = (program.commands as OrreryCommand[]).flatMap(nodes).map((command) => command.summary());
    const isPlain = (text: string) => /^(?:[a-z]|ZeroTier )/.test(text) && !text.endsWith('.') && text.length <= 70;
    expect(summaries.length).toBeGreaterThan(60);
    expect(summaries.filter((text) => !isPlain(text))).toEqual([]);
    expect(isPlain('Lists hosts.')).toBe(false);
  });

  it('gives every short flag one meaning', () => {
    const meanings = new Map<string, Set<string>>();
    for (const { command } of all)
      for (const { short, long } of command.options)
        if (short) meanings.set(short, (meanings.get(short) ?? new Set()).add(long ?? ''));
    expect(Object.fromEntries([...meanings].map(([short, longs]) => [short, [...longs].sort()]))).toEqual({
      '-o': ['--output'],
      // Selects hosts; of hosts that do not exist yet, defines them.
      '-l': ['--label', '--selector'],
      '-y': ['--yes'],
      '-f': ['--follow'],
    });
  });

  it('gives every plural noun the same flags as its ls', () => {
    const flags = (command?: OrreryCommand) => command?.options.map((option) => option.flags);
    const nouns = (program.commands as OrreryCommand[]).filter((command) => command.commands.length > 0);
    for (const noun of nouns) {
      const list = (noun.commands as OrreryCommand[]).find((child) => child.name() === 'ls');
      const plural = (program.commands as OrreryCommand[]).find((child) => child.name() === `${noun.name()}s`);
      expect({ noun: noun.name(), flags: flags(plural) }).toEqual({ noun: noun.name(), flags: flags(list) });
    }
    expect(nouns.length).toBe(14);
  });

  it('is printed by orrery alone, with the exit codes', async () => {
    const { code, out } = await runCli('', {});
    expect(code).toBe(0);
    expect(out).toContain('Exit codes:');
  });
});
