import { WorkloadPage, type ShownWorkload } from '@orrery/shared/contracts';
import { hostFilter } from '../hosts/host-view.js';
import { age } from '../output/age.js';
import type { Column, Tone } from '../output/table.js';
import type { Context } from '../program/context.js';
import { addList } from '../program/list-commands.js';
import type { OrreryCommand } from '../program/orrery-command.js';

const workloadName = ({ host, workload }: ShownWorkload) => `${host.name} ${workload}`;

const columns: Column<ShownWorkload>[] = [
  { title: 'HOST', text: ({ host }) => host.name, tone: () => 'strong' },
  { title: 'WORKLOAD', text: ({ workload }) => workload, tone: () => 'strong' },
  { title: 'STATE', text: ({ state }) => state, tone: ({ state }): Tone => (state === 'running' ? 'good' : 'warn') },
  { title: 'NODE', text: nodeText },
  { title: 'LABELS ASK FOR', text: askedText, tone: ({ networks }) => (networks.some(isRefused) ? 'warn' : undefined) },
  { title: 'WHY NOT', text: ({ networks }) => causes(networks) },
  { title: 'CONTAINER', text: ({ name }) => name, wide: true },
  { title: 'STARTED', text: ({ startedAt }, now) => age(startedAt, now), wide: true },
  {
    title: 'FIX',
    text: ({ networks }) => [...new Set(networks.flatMap(({ fix }) => fix ?? []))].join(' '),
    wide: true,
  },
];

const isRefused = ({ code }: ShownWorkload['networks'][number]) => code !== null;

function nodeText({ node, byLabel }: ShownWorkload): string {
  if (node === null) return '';
  return byLabel ? node.name : `${node.name} (by command)`;
}

function askedText({ networks }: ShownWorkload): string {
  return networks.map(({ network, address }) => (address === null ? network : `${network}=${address}`)).join(',');
}

const causes = (networks: ShownWorkload['networks']) =>
  [...new Set(networks.flatMap(({ cause }) => cause ?? []))].join('; ');

/** `orrery workload`: containers of others, as far as they have to do with Orrery. */
export function addWorkloadCommands(program: OrreryCommand, context: Context): void {
  const noun = program.group('workload', 'containers that you run yourself, and what their labels ask for');
  addList(program, noun, context, {
    columns,
    nameOf: workloadName,
    empty:
      'No workloads: no container wears a label such as orrery.network, and none is attached.\n' +
      'To attach one: orrery attach HOST WORKLOAD --network NETWORK',
    plural: 'workloads',
    summary: 'list containers that wear labels for Orrery, or are attached',
    path: '/v1/workloads',
    page: WorkloadPage,
    filters: [hostFilter()],
    hostOf: ({ host }) => host.id,
    examples: ['orrery workload ls', 'orrery workloads --host web-1 -o wide'],
  });
}
