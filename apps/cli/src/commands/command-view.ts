import type { Command, CommandState } from '@orrery/shared/contracts';
import { marked } from '../hosts/host-view.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { age } from '../output/age.js';
import { outcomeText, outcomeTone } from '../output/outcome.js';
import type { Column, Tone } from '../output/table.js';

export const STATE_TONE: Record<CommandState, Tone> = {
  queued: 'warn',
  delivered: 'dim',
  waiting: 'warn',
  done: 'good',
  failed: 'bad',
  cancelled: 'dim',
  superseded: 'dim',
};

const commandColumns: Column<Command>[] = [
  { title: 'COMMAND', text: (command) => command.id },
  { title: 'ACTION', text: (command) => command.action },
  { title: 'TARGET', text: (command) => marked(command.target, command.simulated), tone: () => 'strong' },
  { title: 'STATE', text: (command) => command.state, tone: (command) => STATE_TONE[command.state] },
  {
    title: 'OUTCOME',
    text: (command) => outcomeText(command.outcome),
    tone: (command) => outcomeTone(command.outcome),
  },
  { title: 'AGE', text: (command, now) => age(command.createdAt, now) },
  { title: 'REVISION', text: (command) => String(command.revision), wide: true },
  { title: 'BY', text: (command) => command.by, wide: true },
  { title: 'GROUP', text: (command) => command.group ?? '', wide: true },
];

export const commandView = {
  columns: commandColumns,
  nameOf: (command: Command) => command.id,
  empty: 'No commands yet.',
};

export const commandArgument = (name = '<command>') => new ReferenceArgument(name, 'id of a command', 'commands');
