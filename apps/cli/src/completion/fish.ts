import type { CompletionFlag, CompletionNode, Values } from './completion-tree.js';

/** A script for fish: `orrery completion fish | source`. */
export function fishCompletion(tree: CompletionNode[]): string {
  const paths = tree.map((node) => node.path).filter(Boolean);
  return `# fish completion of orrery. Load it with: orrery completion fish | source
set -g __orrery_paths ${paths.map(quoted).join(' ')}

# The longest command path in the words so far, such as "host ls".
function __orrery_path
  set -l path
  for word in (commandline -opc)[2..-1]
    string match -q -- '-*' $word; and continue
    set -l longer (string join ' ' $path $word)
    contains -- $longer $__orrery_paths; and set path $path $word; or break
  end
  string join ' ' $path
end

function __orrery_at
  set -l path (__orrery_path)
  test "$path" = "$argv[1]"
end

complete -c orrery -f
${tree.flatMap(nodeLines).join('\n')}
`;
}

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const at = (path: string) => `complete -c orrery -n ${quoted(`__orrery_at ${quoted(path)}`)}`;

const nodeLines = ({ path, commands, flags, args }: CompletionNode): string[] => [
  ...commands.map(({ name, about }) => `${at(path)} -a ${quoted(name)} -d ${quoted(about)}`),
  ...flags.map((flag) => `${at(path)} ${flagWords(flag)} -d ${quoted(flag.about)}${valueWords(flag)}`),
  ...args
    .map(sourceOf)
    .filter((source) => source !== '')
    .map((source) => `${at(path)} -a ${quoted(source)}`),
];

const flagWords = ({ flags }: CompletionFlag) =>
  flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ');

function valueWords(flag: CompletionFlag): string {
  if (!flag.takesValue) return '';
  const source = sourceOf(flag);
  return source === '' ? ' -x' : ` -x -a ${quoted(source)}`;
}

function sourceOf({ words, kind }: Values): string {
  if (kind) return `(orrery __complete ${kind} 2>/dev/null)`;
  return words?.join(' ') ?? '';
}
