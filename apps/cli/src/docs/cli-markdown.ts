import type { OrreryCommand } from '../program/orrery-command.js';

const HEAD = `# \`orrery\`: the command line

<!-- made by scripts/cli-docs.mjs from the command tree: change the commands, then run \`npm run docs\` -->

\`npx orrery …\` in a clone; every command explains itself with \`--help\`. Settings are environment variables:

| variable | what it is | default |
|---|---|---|
| \`ORRERY_URL\` | where the API is | \`http://127.0.0.1:7070\`, or this machine at \`ORRERY_PORT\` |
| \`ORRERY_TOKEN\` | the token | what stands in \`$ORRERY_HOME/secrets/admin.token\` |
| \`ORRERY_HOME\` | Orrery's state folder | \`~/.orrery\` |
| \`NO_COLOR\`, \`FORCE_COLOR\` | never or always colour | colour on a terminal |

For scripts: \`-o json\` prints the API's own JSON (of a list an array of its items, of a change its command, of a fan-out
an array of commands; a network, a controller, and who is let into a network are what they are after the change;
\`events -f\` one event a line) and nothing else on stdout; errors are then problem JSON on stderr.
\`-o name\` prints one name or id a line. A change waits with \`--wait\` until it came true or the time is over. A change
to more than one host, a leave and a removal ask on a terminal; elsewhere they need \`--yes\` and are refused without it.
To delete a network its name has to be typed.

| exit code | meaning |
|---|---|
| 0 | it came true, or was accepted and not waited for |
| 1 | it failed, was cancelled or superseded |
| 2 | the command was written wrongly, or names something that does not exist or is ambiguous |
| 3 | still waiting at the time-out: it goes on |
| 4 | refused: by the API, or because nobody said yes |
| 5 | the API cannot be reached |
| 130 | Ctrl-C while waiting: the command goes on, and \`orrery command wait\` follows it again |
`;

/** docs/cli.md: the help of every command, in the order of the tree. */
export function cliMarkdown(program: OrreryCommand): string {
  return [HEAD, `\`\`\`text\n${helpOf(program)}\n\`\`\``, ...sections(program, 'orrery')].join('\n') + '\n';
}

function sections(command: OrreryCommand, path: string): string[] {
  return (command.commands as OrreryCommand[])
    .filter((child) => !child.hidden)
    .flatMap((child) => {
      const name = `${path} ${child.name()}`;
      if (child.commands.length > 0) return sections(child, name);
      return [`\n## ${name}\n\n\`\`\`text\n${helpOf(child)}\n\`\`\``];
    });
}

/** At one width, so that the page does not depend on a terminal. */
function helpOf(command: OrreryCommand): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 100 });
  command.outputHelp();
  return text.trimEnd();
}
