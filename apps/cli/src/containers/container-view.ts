import type { Container, NetworkId } from '@orrery/shared/contracts';
import { marked } from '../hosts/host-view.js';
import { networkNames } from '../networks/network-names.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { age } from '../output/age.js';
import { outcomeText, outcomeTone } from '../output/outcome.js';
import type { Column, Tone } from '../output/table.js';
import type { Context } from '../program/context.js';

export const containerName = (container: Container) => `${container.host.name}/${container.name}`;

type NameOf = (network: NetworkId) => string;

const columns = (nameOf: NameOf): Column<Container>[] => [
  { title: 'CONTAINER', text: (row) => marked(containerName(row), row.simulated), tone: () => 'strong' },
  { title: 'STATE', text: stateText, tone: stateTone },
  { title: 'OUTCOME', text: (row) => outcomeText(row.outcome), tone: (row) => outcomeTone(row.outcome) },
  { title: 'NETWORKS', text: (row) => row.networks.map(nameOf).join(',') },
  { title: 'IMAGE', text: (row) => row.image ?? row.status?.image ?? '(default)' },
  { title: 'AGE', text: (row, now) => age(row.createdAt, now) },
  { title: 'WORKLOAD', text: (row) => row.workload ?? '', wide: true },
  { title: 'STARTED', text: (row, now) => age(row.status?.startedAt ?? null, now), wide: true },
  { title: 'LIMITS', text: ({ limits }) => `${limits.memoryMb} MiB, ${limits.pids} processes`, wide: true },
  { title: 'NODE', text: (row) => row.node.id, wide: true },
  { title: 'ID', text: (row) => row.id, wide: true },
];

function stateText({ status, intent }: Container): string {
  const observed = status === null ? 'not there' : status.state === 'exited' ? exitText(status) : status.state;
  return intent === 'absent' ? `${observed}, being removed` : observed;
}

const exitText = ({ exitCode, oomKilled }: NonNullable<Container['status']>) =>
  `exited${exitCode === null ? '' : ` ${exitCode}`}${oomKilled ? ' (out of memory)' : ''}`;

function stateTone({ status }: Container): Tone {
  if (status === null) return 'dim';
  return status.state === 'running' ? 'good' : status.state === 'dead' || status.state === 'exited' ? 'bad' : 'warn';
}

export const containerView = {
  columns: columns((network) => network),
  nameOf: containerName,
  empty: 'No containers. To launch one: orrery launch NAME --host HOST --network NETWORK',
};

/** The same with the names of networks, where they have one. */
export async function containerViewWithNames({ client }: Context, rows: Container[]) {
  const ids = [...new Set(rows.flatMap(({ networks }) => networks))];
  const names = await networkNames(client, ids);
  return { ...containerView, columns: columns((network) => names.get(network) ?? network) };
}

export const containerArgument = () =>
  new ReferenceArgument('<container>', 'HOST/CONTAINER or container id', 'containers');
