import type { Command } from '@orrery/shared/contracts';
import { marked } from '../hosts/host-view.js';
import type { OutputFormat } from '../output/format.js';
import type { Context } from '../program/context.js';
import { jsonText, safeText } from '../terminal/safe-text.js';

/** Prints the commands of a change, and how to follow them. With `-o json`, one command, or the array of a fan-out. */
export function printAccepted({ terminal }: Context, format: OutputFormat, commands: Command[], raw: unknown): void {
  if (format === 'json') {
    const answer = raw as { command?: unknown; commands?: unknown };
    return terminal.out(jsonText(answer.command ?? answer.commands));
  }
  if (format === 'name') return terminal.out(commands.map((command) => command.id).join('\n'));
  const { colors } = terminal;
  for (const command of commands) {
    const title = marked(`${command.action} ${command.target}`, command.simulated);
    const away = command.state === 'queued' ? `queued for ${command.host.name}` : command.state;
    terminal.out(`${colors.bold(safeText(title))}: ${safeText(away)}`);
  }
  const follow = commands.map((command) => command.id).join(' ');
  terminal.out(colors.dim(`follow it: orrery command wait ${follow}`));
}
