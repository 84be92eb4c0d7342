import type { CompletionNode, Values } from './completion-tree.js';

/** A script for bash 3.2 and later: `source <(orrery completion bash)`. */
export function bashCompletion(tree: CompletionNode[]): string {
  return `# bash completion of orrery. Load it with: source <(orrery completion bash)
_orrery_reply() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

_orrery() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" path='' given=0 i word
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$path:$word" in
${tree.map(steps).filter(Boolean).join('\n')}
      *:-*) ;;
      *:=) i=$((i + 1)) ;; # bash makes three words of --wait=5m
      *) case "$path \${COMP_WORDS[i - 1]}" in
${tree.map(skippedValues).filter(Boolean).join('\n')}
        *) given=$((given + 1)) ;;
        esac ;;
    esac
  done
  case "$path $prev" in
${tree.map(optionValues).filter(Boolean).join('\n')}
  esac
  if [[ "$cur" == -* ]]; then
    case "$path" in
${tree.map(flagWords).join('\n')}
    esac
    return
  fi
  case "$path:$given" in
${tree.map(positions).filter(Boolean).join('\n')}
  esac
}

complete -o default -F _orrery orrery
`;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const lines = (words: readonly string[]) => `$'${words.join('\\n')}'`;

/** Words that select a subcommand. */
const steps = ({ path, commands }: CompletionNode) =>
  commands
    .map(({ name }) => `      ${quoted(`${path}:${name}`)}) path=${quoted(`${path} ${name}`.trim())} ;;`)
    .join('\n');

const valueFlags = ({ path, flags }: CompletionNode) =>
  flags.filter((flag) => flag.takesValue).flatMap((flag) => flag.flags.map((name) => quoted(`${path} ${name}`)));

/** Words that are option values, not arguments. */
const skippedValues = (node: CompletionNode) => {
  const names = valueFlags(node);
  return names.length === 0 ? '' : `        ${names.join(' | ')}) ;;`;
};

const optionValues = ({ path, flags }: CompletionNode) =>
  flags
    .filter((flag) => flag.takesValue)
    .map((flag) => `    ${flag.flags.map((name) => quoted(`${path} ${name}`)).join(' | ')}) ${reply(flag)} return ;;`)
    .join('\n');

const flagWords = ({ path, flags }: CompletionNode) =>
  `      ${quoted(path)}) _orrery_reply ${lines(flags.flatMap((flag) => flag.flags))} ;;`;

/** Completions by position of the argument. */
function positions({ path, commands, args }: CompletionNode): string {
  if (commands.length > 0)
    return `    ${quoted(`${path}:0`)}) _orrery_reply ${lines(commands.map(({ name }) => name))} ;;`;
  return args
    .map((values, index) => ({ text: reply(values), index }))
    .filter(({ text }) => text !== '')
    .map(({ text, index }) => `    ${quoted(`${path}:${index}`)}) ${text} ;;`)
    .join('\n');
}

function reply({ words, kind }: Values): string {
  if (kind) return `_orrery_reply "$(orrery __complete ${kind} 2>/dev/null)";`;
  return words?.length ? `_orrery_reply ${lines(words)};` : '';
}
