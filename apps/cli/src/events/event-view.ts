import type { CloudEvent } from '@orrery/shared/contracts';
import { ReferenceOption } from '../options/reference-option.js';
import { hostFilter, marked } from '../hosts/host-view.js';
import { networkFilter } from '../networks/network-view.js';
import { nodeFilter } from '../nodes/node-view.js';
import { age } from '../output/age.js';
import type { Column, Tone } from '../output/table.js';
import { eventDetail } from './event-detail.js';

const PREFIX = /^io\.orrery\./;
export const shortType = (event: CloudEvent) => event.type.replace(PREFIX, '');

const BAD =
  /^(container\.died|node\.down|authorization\.revoked|host\.(unreachable|cloned|engine-down)|command\.failed|probe\.refused|finding\.raised|history\.gap)$/;
const WARN = /^(authorization\.requested|interface\.down|network\.not-found|command\.waiting|path\.relayed)$/;
const GOOD =
  /^(authorization\.granted|interface\.up|address\.assigned|container\.started|node\.up|host\.online|command\.done)$/;

export function typeTone(event: CloudEvent): Tone | undefined {
  // What follows from what somebody asked for is no trouble.
  if (typeof event.data['ordered'] === 'string') return undefined;
  const type = shortType(event);
  if (BAD.test(type)) return 'bad';
  if (WARN.test(type)) return 'warn';
  return GOOD.test(type) ? 'good' : undefined;
}

const subjectText = (event: CloudEvent) =>
  marked(event.subject ?? event.source.replace(/^\/hosts\//, ''), event.simulated);

const eventColumns: Column<CloudEvent>[] = [
  { title: 'AGE', text: (event, now) => age(event.time, now), tone: () => 'dim' },
  { title: 'EVENT', text: shortType, tone: typeTone },
  { title: 'SUBJECT', text: subjectText, tone: () => 'strong' },
  { title: 'DETAIL', text: eventDetail },
  { title: 'TIME', text: (event) => event.time, wide: true },
  { title: 'COMMITTED', text: (event) => event.orrerycommittime, wide: true },
  { title: 'HOST TIME', text: (event) => event.orreryhosttime ?? '', wide: true },
  { title: 'ID', text: (event) => event.id, wide: true },
];

export const eventView = {
  columns: eventColumns,
  nameOf: (event: CloudEvent) => event.id,
  empty: 'No matching events.',
};

/** `13:02:11 authorization.requested web-1/demo/8056… detail`: the cells of one line of a stream. */
export const eventCells = (event: CloudEvent): [time: string, type: string, subject: string, detail: string] => [
  new Date(event.time).toTimeString().slice(0, 8),
  shortType(event),
  subjectText(event),
  eventDetail(event),
];

export const eventFilters = () => [
  hostFilter(),
  nodeFilter(),
  new ReferenceOption('--container <container>', 'only this container', 'containers'),
  networkFilter(),
  new ReferenceOption('--command <id>', 'only this command', 'commands'),
  new ReferenceOption('--type <types>', 'only these types, such as authorization.*,container.died', 'types'),
];

export const timeFilters = () => [
  new ReferenceOption('--since <time>', 'only events since then: a duration back from now (15m, 7d) or a time'),
  new ReferenceOption('--until <time>', 'only events before then'),
];
