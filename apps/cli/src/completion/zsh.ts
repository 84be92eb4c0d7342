import type { CompletionNode, Values } from './completion-tree.js';

/** A script for zsh: in a folder of $fpath as `_orrery`, or `source <(orrery completion zsh)` after compinit. (`path` is zsh's own, tied to PATH: hence `at`.) */
export function zshCompletion(tree: CompletionNode[]): string {
  return `#compdef orrery
# zsh completion of orrery. Load it with: source <(orrery completion zsh)
_orrery() {
  local -a choices
  local at='' given=0 i word prev="\${words[CURRENT-1]}"
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    case "$at:$word" in
${tree.map(steps).filter(Boolean).join('\n')}
      *:-*) ;;
      *) case "$at \${words[i-1]}" in
${tree.map(skippedValues).filter(Boolean).join('\n')}
        *) given=$((given + 1)) ;;
        esac ;;
    esac
  done
  case "$at $prev" in
${tree.map(optionValues).filter(Boolean).join('\n')}
  esac
  if [[ "$PREFIX" == -* ]]; then
    case "$at" in
${tree.map(flagWords).join('\n')}
    esac
    _describe -o 'option' choices
    return
  fi
  case "$at:$given" in
${tree.map(positions).filter(Boolean).join('\n')}
  esac
}
compdef _orrery orrery
`;
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
/** `name:about`; a colon in a name would end it. */
const described = (name: string, about: string) => quoted(`${name.replaceAll(':', '\\:')}:${about}`);

const steps = ({ path, commands }: CompletionNode) =>
  commands
    .map(({ name }) => `      ${quoted(`${path}:${name}`)}) at=${quoted(`${path} ${name}`.trim())} ;;`)
    .join('\n');

function skippedValues({ path, flags }: CompletionNode): string {
  const names = flags
    .filter((flag) => flag.takesValue)
    .flatMap((flag) => flag.flags.map((name) => quoted(`${path} ${name}`)));
  return names.length === 0 ? '' : `        ${names.join(' | ')}) ;;`;
}

const optionValues = ({ path, flags }: CompletionNode) =>
  flags
    .filter((flag) => flag.takesValue)
    .map((flag) => `    ${flag.flags.map((name) => quoted(`${path} ${name}`)).join(' | ')}) ${reply(flag)} return ;;`)
    .join('\n');

const flagWords = ({ path, flags }: CompletionNode) =>
  `      ${quoted(path)}) choices=(${flags.flatMap((flag) => flag.flags.map((name) => described(name, flag.about))).join(' ')}) ;;`;

function positions({ path, commands, args }: CompletionNode): string {
  if (commands.length > 0)
    return `    ${quoted(`${path}:0`)}) choices=(${commands.map(({ name, about }) => described(name, about)).join(' ')}); _describe 'command' choices ;;`;
  return args
    .map((values, index) => ({ text: reply(values), index }))
    .filter(({ text }) => text !== '')
    .map(({ text, index }) => `    ${quoted(`${path}:${index}`)}) ${text} ;;`)
    .join('\n');
}

function reply({ words, kind }: Values): string {
  if (kind) return `compadd -- \${(f)"$(orrery __complete ${kind} 2>/dev/null)"};`;
  return words?.length ? `compadd -- ${words.map(quoted).join(' ')};` : '';
}
