import type { Network } from '@orrery/shared/contracts';
import type { Answer } from '../api/api-client.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';
import type { OutputFormat } from '../output/format.js';
import { printOne } from '../output/print.js';
import type { Column } from '../output/table.js';
import type { Context } from '../program/context.js';
import { admitsText, networkLines, poolsText } from './network-text.js';

const networkColumns: Column<Network>[] = [
  { title: 'NETWORK', text: (network) => network.id, tone: () => 'strong' },
  { title: 'NAME', text: (network) => network.name ?? '' },
  { title: 'MEMBERSHIPS', text: ({ memberships }) => String(memberships.total) },
  {
    title: 'OK',
    text: ({ memberships }) => String(memberships.ok),
    tone: ({ memberships }) => (memberships.ok > 0 ? 'good' : undefined),
  },
  {
    title: 'WAITING',
    text: ({ memberships }) => String(memberships.waiting),
    tone: ({ memberships }) => (memberships.waiting > 0 ? 'warn' : undefined),
  },
  { title: 'ADMITS', text: admitsText },
  {
    title: 'CONTROLLER',
    text: ({ managedBy, controller }) => managedBy?.name ?? `${controller} (not ours)`,
    tone: ({ managedBy }) => (managedBy === null ? 'dim' : undefined),
  },
];

/** Only in `ls -o wide`; `get` prints these on separate lines. */
const wideColumns: Column<Network>[] = [
  { title: 'POOLS', text: ({ config }) => (config === null ? '' : poolsText(config)), wide: true },
  {
    title: 'APPLIED',
    text: ({ sync }) => (sync === null ? '' : sync.state === 'applied' ? 'yes' : 'pending'),
    tone: ({ sync }) => (sync?.state === 'pending' ? 'warn' : undefined),
    wide: true,
  },
  { title: 'FINDINGS', text: ({ findings }) => findings.map(({ code }) => code).join(','), wide: true },
];

const nameOf = (network: Network) => network.name ?? network.id;

export const networkView = {
  columns: [...networkColumns, ...wideColumns],
  nameOf,
  empty: 'No networks yet. To create one: orrery network create NAME',
};

/** Prints one network with everything known about it. */
export const printNetwork = (
  context: Context,
  output: OutputFormat,
  answer: Pick<Answer<Network>, 'value' | 'raw'>,
): void => printOne(context, output, { columns: networkColumns, nameOf }, answer, networkLines(answer.value));

/** A network by its name and ID. */
export const networkText = ({ id, name }: { id: string; name: string | null }) =>
  name === null ? id : `${name} (${id})`;

export const networkArgument = (name = '<network>') =>
  new ReferenceArgument(name, 'name or 16 hex digits of a network', 'networks');
export const networkFilter = () => new ReferenceOption('--network <network>', 'only this network', 'networks');
