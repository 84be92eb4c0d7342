import { CloudEvent, EventPage } from '@orrery/shared/contracts';
import type { Query } from '../api/api-client.js';
import { apiPath } from '../api/paths.js';
import type { ExitCode } from '../errors/exit-code.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';
import { limitOption, outputOption, type OutputOptions, selectorOption } from '../options/shared-options.js';
import { printList, printOne } from '../output/print.js';
import type { Context } from '../program/context.js';
import { fetchList, type ListOptions } from '../program/list-commands.js';
import type { Leaf, OrreryCommand } from '../program/orrery-command.js';
import { jsonText } from '../terminal/safe-text.js';
import { eventFilters, eventView, timeFilters } from './event-view.js';
import { followEvents } from './follow-events.js';

type Filters = Partial<Record<'host' | 'node' | 'container' | 'network' | 'command' | 'type', string>>;
type EventOptions = ListOptions & Filters & { since?: string; until?: string; follow?: boolean };

export function addEventCommands(program: OrreryCommand, context: Context): void {
  const noun = program.group('event', 'what happened, and when');
  noun.leaf({ ...listLeaf(context, 'orrery event ls'), name: 'ls' });
  noun.leaf<OutputOptions>({
    name: 'get',
    summary: 'show an event and all its data',
    args: [new ReferenceArgument('<event>', 'id of an event')],
    options: [outputOption()],
    examples: ['orrery event get main-4711'],
    run: async ({ output }, id = '') => {
      const answer = await context.client.get(apiPath('events', id), CloudEvent);
      printOne(context, output, eventView, answer, [['data', jsonText(answer.value.data, 0)]]);
    },
  });
  program.leaf({ ...listLeaf(context, 'orrery events'), name: 'events' });
}

const queryOf = (filters: ReferenceOption[], options: EventOptions): Query =>
  Object.fromEntries(
    filters.map((filter) => [filter.attributeName(), options[filter.attributeName() as keyof Filters]]),
  );

const listSpec = { path: '/v1/events', page: EventPage, hostOf: (event: CloudEvent) => event.orreryhost };

const listLeaf = (context: Context, verb: string): Omit<Leaf<EventOptions>, 'name'> => ({
  summary: 'list events, newest last (-f follows them live)',
  details:
    'With -f, prints the events since --since, then new ones as they happen, until Ctrl-C. With -f -o json, prints one event per line.',
  options: [
    new ReferenceOption('-f, --follow', 'keep printing events as they happen'),
    ...eventFilters(),
    ...timeFilters(),
    selectorOption(),
    limitOption(50),
    outputOption(),
  ],
  examples: [`${verb} -f`, `${verb} --since 1h --type 'authorization.*'`, `${verb} --network lab --since 7d -o json`],
  run: async (options): Promise<ExitCode | void> => {
    const filters = eventFilters();
    if (options.follow) return followEvents(context, options, queryOf(filters, options));
    // Fetches the newest events and prints the newest last, like a log.
    const { rows, more } = await fetchList(context, { ...listSpec, filters: [...filters, ...timeFilters()] }, options);
    printList(context, options.output, eventView, rows.reverse());
    if (more && context.terminal.live) context.terminal.err(`(there are older events; use --limit)`);
  },
});
