import { ContainerState, ItemId, Name, NodeId, type HostId, type ObservedContainer } from '@orrery/shared/contracts';
import type { Scope } from '@orrery/shared/machine';
import type { InspectedContainer } from './inspected.js';
import { containerName, LABEL } from './labels.js';
import { forwards, namespaceOwner, profileDifferences } from './profile-match.js';

const MIB = 1024 * 1024;
type Claim = Scope['containers'][number];

/**
 * Converts an inspected container into the agent's form; undefined if it has neither readable labels of this host nor a
 * name that the scope asks for. A name alone is not a claim. If the labels match but the container does not, `differs`
 * says why.
 */
export function observedContainer(
  inspect: InspectedContainer,
  scope: Scope,
  host: HostId,
  network: string,
  formerHosts: readonly HostId[] = [],
): ObservedContainer | undefined {
  const labelled = claimOf(inspect, [host, ...formerHosts]);
  const named = scope.containers.find(({ name }) => inspect.Name === `/${containerName(name)}`);
  const claim = labelled ?? named;
  if (!claim) return undefined;
  const wanted = scope.containers.some(
    ({ item, node, name }) => item === labelled?.item && node === labelled.node && name === labelled.name,
  );
  const differences = profileDifferences(inspect, host, network);
  const { State, HostConfig, Config } = inspect;
  const state = stateOf(State.Status);
  const owner = namespaceOwner(HostConfig.NetworkMode);
  return {
    ...claim,
    ours: wanted && differences.length === 0,
    ...(wanted && differences.length > 0 ? { differs: differences.join(', ') } : {}),
    engineId: inspect.Id,
    state,
    image: Config.Image,
    imageId: inspect.Image,
    incarnation: incarnationOf(Config.Labels[LABEL.incarnation]),
    limits: {
      memoryMb: within(32, 4096, Math.round(HostConfig.Memory / MIB)),
      pids: within(16, 4096, HostConfig.PidsLimit),
    },
    startedAt: State.StartedAt.startsWith('0001-') || State.StartedAt === '' ? null : State.StartedAt,
    exitCode: state === 'exited' || state === 'dead' || state === 'restarting' ? State.ExitCode : null,
    oomKilled: State.OOMKilled,
    ...(owner !== undefined && { inside: owner }),
    ...(forwards(inspect) && { forwards: true }),
  };
}

/**
 * Two containers can claim one item if one was renamed by hand. The one with the right name is ours, otherwise the
 * first.
 */
export function withOneOwner<T extends { observed: ObservedContainer; inspect: InspectedContainer }>(found: T[]): T[] {
  const owner = new Map<string, T>();
  for (const one of found.filter(({ observed }) => observed.ours)) {
    const isNamed = one.inspect.Name === `/${containerName(one.observed.name)}`;
    if (isNamed || !owner.has(one.observed.item)) owner.set(one.observed.item, one);
  }
  return found.map((one) =>
    one.observed.ours && owner.get(one.observed.item) !== one
      ? { ...one, observed: { ...one.observed, ours: false, differs: 'its name, and another has the right one' } }
      : one,
  );
}

/** The claim that the labels make, if they name one of these hosts and can be read. */
function claimOf({ Config: { Labels } }: InspectedContainer, hosts: readonly string[]): Claim | undefined {
  const item = ItemId.safeParse(Labels[LABEL.item]);
  const node = NodeId.safeParse(Labels[LABEL.node]);
  const name = Name.safeParse(Labels[LABEL.name]);
  if (!hosts.includes(Labels[LABEL.host] ?? '') || !item.success || !node.success || !name.success) return undefined;
  return { item: item.data, node: node.data, name: name.data };
}

/** `removing` counts as `dead`: both are about to disappear. */
export function stateOf(status: string): ContainerState {
  const known = ContainerState.safeParse(status);
  return known.success ? known.data : 'dead';
}

const incarnationOf = (label: string | undefined): number => (/^\d{1,9}$/.test(label ?? '') ? Number(label) : 0);

/** For the engine, 0 or less means "no limit"; the contract's maximum comes closest to that. */
const within = (least: number, most: number, value: number): number =>
  value <= 0 ? most : Math.min(most, Math.max(least, value));
