import { ContainerLogs } from '@orrery/shared/contracts';
import { ReferenceOption } from '../options/reference-option.js';
import { outputOption, type OutputOptions, positive } from '../options/shared-options.js';
import type { Context } from '../program/context.js';
import type { OrreryCommand } from '../program/orrery-command.js';
import { containerReference } from '../references/container-reference.js';
import { jsonText, safeText } from '../terminal/safe-text.js';
import { containerArgument } from './container-view.js';

/** `container logs`: the last lines of zerotier-one's log, fetched from the host. */
export function addContainerLogs(noun: OrreryCommand, context: Context): void {
  noun.leaf<OutputOptions & { tail: number }>({
    name: 'logs',
    summary: "print the last lines of a container's log",
    args: [containerArgument()],
    options: [
      new ReferenceOption('--tail <n>', 'number of lines').argParser(positive).default(100),
      outputOption(['table', 'json']),
    ],
    examples: ['orrery container logs web-1/demo --tail 20'],
    run: async ({ tail, output }, reference = '') => {
      const { path } = await containerReference(context.client, reference);
      const { value, raw } = await context.client.get(`${path}/logs`, ContainerLogs, { query: { tail } });
      if (output === 'json') context.terminal.out(jsonText(raw));
      else for (const line of value.lines) context.terminal.out(safeText(line));
    },
  });
}
