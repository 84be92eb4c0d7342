import { usageError } from '../errors/usage-error.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { outputOption, type OutputOptions } from '../options/shared-options.js';
import { printList } from '../output/print.js';
import type { Context } from '../program/context.js';
import type { Leaf, OrreryCommand } from '../program/orrery-command.js';
import { contextsFile, readContexts, writeContexts, type Contexts, type StoredContext } from './context-store.js';

type Row = Pick<StoredContext, 'url' | 'pin'> & { name: string; current: boolean };

/** `orrery context ls|use|rm`: the APIs that the user has logged in to. Never shows tokens. */
export function addContextCommands(program: OrreryCommand, context: Context): void {
  const noun = program.group('context', 'contexts: the APIs that you have logged in to');
  const ls: Omit<Leaf<OutputOptions>, 'name'> = {
    summary: 'list contexts (* marks the one in use)',
    options: [outputOption()],
    examples: ['orrery context ls'],
    run: ({ output }) => {
      const rows = rowsOf(readContexts(contextsFile(context.env)));
      printList(
        context,
        output,
        VIEW,
        rows.map((value) => ({ value, raw: value })),
      );
    },
  };
  noun.leaf({ ...ls, name: 'ls' });
  program.leaf({ ...ls, name: 'contexts', hidden: true });
  noun.leaf({
    name: 'use',
    summary: 'use this API for every command; local: the API on this machine',
    args: [new ReferenceArgument('<name>', 'name of the context, or local')],
    examples: ['orrery context use orrery.lan', 'orrery context use local'],
    run: (_options, name) =>
      change(context, name ?? '', (contexts) => ({ ...contexts, current: name === LOCAL ? null : (name ?? null) })),
  });
  noun.leaf({
    name: 'rm',
    summary: 'remove a context and its token',
    args: [new ReferenceArgument('<name>', 'name of the context')],
    examples: ['orrery context rm orrery.lan'],
    run: (_options, name) =>
      change(context, name ?? '', ({ current, contexts }) => {
        const rest = Object.fromEntries(Object.entries(contexts).filter(([other]) => other !== name));
        return { current: current === name ? null : current, contexts: rest };
      }),
  });
}

const LOCAL = 'local';

const VIEW = {
  columns: [
    { title: 'NAME', text: ({ name, current }: Row) => `${name}${current ? ' *' : ''}` },
    { title: 'URL', text: ({ url }: Row) => url },
    { title: 'PIN', text: ({ pin }: Row) => pin ?? '', wide: true },
  ],
  nameOf: ({ name }: Row) => name,
  empty: 'No contexts: every command uses the API on this machine. To add one: orrery login URL',
};

const rowsOf = ({ current, contexts }: Contexts): Row[] =>
  Object.entries(contexts).map(([name, { url, pin }]) => ({
    name,
    url,
    current: name === current,
    ...(pin ? { pin } : {}),
  }));

function change({ env, terminal }: Context, name: string, apply: (contexts: Contexts) => Contexts): void {
  const file = contextsFile(env);
  const contexts = readContexts(file);
  if (name !== LOCAL && !Object.hasOwn(contexts.contexts, name))
    throw usageError(
      `unknown context ${name}`,
      'List the contexts: `orrery context ls`',
      Object.keys(contexts.contexts),
    );
  writeContexts(file, apply(contexts));
  const { current } = readContexts(file);
  terminal.err(`in use: ${current ?? 'the API on this machine'}`);
}
