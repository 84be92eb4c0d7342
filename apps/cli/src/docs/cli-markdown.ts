import type { OrreryCommand } from '../program/orrery-command.js';

const HEAD = `# \`orrery\`: the command line

<!-- made by scripts/cli-docs.mjs from the command tree: change the commands, then run \`npm run docs\` -->

In a clone, run \`npx orrery …\`. Every command has a \`--help\`. Settings are environment variables:

| variable | meaning | default |
|---|---|---|
| \`ORRERY_URL\` | address of the API | \`http://127.0.0.1:7070\`, or this machine at \`ORRERY_PORT\` |
| \`ORRERY_TOKEN\` | your token | the content of \`$ORRERY_HOME/secrets/admin.token\` |
| \`ORRERY_HOME\` | Orrery's state folder | \`~/.orrery\` |
| \`NO_COLOR\`, \`FORCE_COLOR\` | never or always use color | color on a terminal |

For scripts, \`-o json\` prints the API's own JSON and nothing else on stdout; errors are problem JSON on stderr.
A list is an array of items, a change is its command, and a fan-out is an array of commands. A change to a network, a
controller or an admission prints that object after the change. \`events -f\` prints one event per line.
\`-o name\` prints one name or id per line.

With \`--wait\`, a change waits until it is done or the time is over. A change to more than one host, a leave and a
removal ask for confirmation on a terminal; without a terminal they are refused unless you add \`--yes\`.
To delete a network, you must type its name.

| exit code | meaning |
|---|---|
| 0 | success: done, or accepted without \`--wait\` |
| 1 | failed, cancelled or superseded |
| 2 | usage error, or a name that does not exist or is ambiguous |
| 3 | still waiting at the timeout: the command continues |
| 4 | refused by the API, or not confirmed |
| 5 | the API is unreachable |
| 130 | Ctrl-C while waiting: the command continues, and \`orrery command wait\` follows it again |
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

/** Uses a fixed width, so that the page does not depend on a terminal. */
function helpOf(command: OrreryCommand): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 100 });
  command.outputHelp();
  return text.trimEnd();
}
