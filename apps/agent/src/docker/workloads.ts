import {
  ENABLE_LABEL,
  explain,
  type Explained,
  type FailureCode,
  fitText,
  LABEL_PREFIX,
  MAX_LABEL,
  MAX_LABEL_VALUE,
  MAX_LABELS,
  type ObservedWorkload,
  permitsAny,
  Workload,
  WORKLOAD_LABEL,
} from '@orrery/shared/contracts';
import type { WorkloadNetwork } from './bridge-network.js';
import type { EngineUsers } from './docker-engine.js';
import type { Listed } from './engine-containers.js';
import type { InspectedContainer } from './inspected.js';
import { LABEL } from './labels.js';
import { stateOf } from './observed-container.js';

const COMPOSE = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  number: 'com.docker.compose.container-number',
  oneOff: 'com.docker.compose.oneoff',
};
const SWARM_TASK = 'com.docker.swarm.task.id';

/** Workloads that are reported because of their labels; those beyond are not. */
export const MAX_LABELLED = 500;
/** Room for the labels of one workload, in bytes of JSON, so that what is reported of it always fits into one event. */
const MAX_LABELS_BYTES = 16 * 1024;
/** No event can have these characters in it. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** The container that a workload is now. While Docker Compose makes one anew there are two: the running one counts, then the newer. */
export function findWorkload(workload: Workload, listed: readonly Listed[]): Listed | undefined {
  const rank = ({ State, Created = 0 }: Listed) => (State === 'running' ? Infinity : Created);
  return listed.filter((one) => isOfWorkload(workload, one)).sort((one, other) => rank(other) - rank(one))[0];
}

/** Whether a container is the workload, by what the engine shows of it in lists and events. */
export function isOfWorkload(workload: Workload, { Names, Labels }: Pick<Listed, 'Names' | 'Labels'>): boolean {
  const [project = '', service, number] = workload.split('/');
  if (service === undefined) return Names?.includes(`/${project}`) ?? false;
  return (
    Labels?.[COMPOSE.project] === project &&
    Labels[COMPOSE.service] === service &&
    Labels[COMPOSE.number] === number &&
    Labels[COMPOSE.oneOff] !== 'True'
  );
}

/** What a container would be attached as: what stays when it is recreated. Undefined if nothing names it. */
export function referenceOf({ Names, Labels }: Pick<Listed, 'Names' | 'Labels'>): Workload | undefined {
  const parts = [COMPOSE.project, COMPOSE.service, COMPOSE.number].map((label) => Labels?.[label]);
  const isOfCompose = parts.every((one) => one !== undefined) && Labels?.[COMPOSE.oneOff] !== 'True';
  const reference = isOfCompose ? parts.join('/') : Names?.[0]?.slice(1);
  return Workload.safeParse(reference).data;
}

/** Whether a container wears a label for Orrery. Those that Orrery made wear other ones. */
export const isForOrrery = ({ Labels }: Pick<Listed, 'Labels'>): boolean =>
  Labels?.[LABEL.host] === undefined && Object.keys(Labels ?? {}).some((label) => label.startsWith(LABEL_PREFIX));

/** The workloads that wear a label for Orrery, by their references. */
export function labelledWorkloads(listed: readonly Listed[]): Map<Workload, Listed> {
  const byReference = new Map<Workload, Listed[]>();
  for (const one of listed) {
    const reference = referenceOf(one);
    if (reference !== undefined) byReference.set(reference, [...(byReference.get(reference) ?? []), one]);
  }
  const found = [...byReference].flatMap(([reference, several]): [Workload, Listed][] => {
    const one = findWorkload(reference, several);
    return one && isForOrrery(one) ? [[reference, one]] : [];
  });
  return new Map(found.sort(([one], [other]) => (one < other ? -1 : 1)).slice(0, MAX_LABELLED));
}

/** Those labels of a container that are for Orrery and can be reported; the two that decide come first. */
export function labelsForOrrery(labels: Readonly<Record<string, string>>): Record<string, string> | undefined {
  const decides = (label: string) => (label === WORKLOAD_LABEL || label === ENABLE_LABEL ? 0 : 1);
  const worn = Object.entries(labels)
    .filter(([label]) => label.startsWith(LABEL_PREFIX) && label.length <= MAX_LABEL)
    .filter((pair) => !pair.some((text) => UNSTORABLE.test(text)))
    .sort(([one], [other]) => decides(one) - decides(other) || (one < other ? -1 : 1))
    .slice(0, MAX_LABELS);
  let room = MAX_LABELS_BYTES;
  const fitting = worn.flatMap(([label, value]): [string, string][] => {
    const pair: [string, string] = [label, fitText(value, MAX_LABEL_VALUE)];
    room -= Buffer.byteLength(JSON.stringify(pair));
    return room < 0 ? [] : [pair];
  });
  return fitting.length > 0 ? Object.fromEntries(fitting) : undefined;
}

/**
 * `networks`: those that it is on. `hasOwnRoot`: its node finds a root without a way out of the host. `owner`: the name of
 * the container whose network it uses. `users`: those of the engine.
 */
export interface WorkloadAround {
  owner?: string | undefined;
  networks: readonly WorkloadNetwork[];
  hasOwnRoot: boolean;
  users: EngineUsers;
}

export function observedWorkload(
  workload: Workload,
  inspect: InspectedContainer,
  around: WorkloadAround,
): ObservedWorkload {
  const { State, Name } = inspect;
  const unsuitable = whyUnsuitable(inspect, around);
  const labels = labelsForOrrery(inspect.Config.Labels);
  return {
    workload,
    name: Name.slice(1),
    engineId: inspect.Id,
    state: stateOf(State.Status),
    startedAt: State.StartedAt.startsWith('0001-') || State.StartedAt === '' ? null : State.StartedAt,
    labelled: permitsAny(inspect.Config.Labels),
    ...(labels && { labels }),
    restarts: inspect.RestartCount,
    ...(unsuitable && { unsuitable: { code: unsuitable.code, cause: unsuitable.cause, fix: unsuitable.fix } }),
  };
}

function whyUnsuitable(inspect: InspectedContainer, around: WorkloadAround): Explained<FailureCode> | undefined {
  const name = inspect.Name.slice(1);
  const { Labels } = inspect.Config;
  const mode = inspect.HostConfig.NetworkMode;
  if (Labels[LABEL.host] !== undefined) return explain('workload-unsuitable/ours', { name });
  if (around.users.isRootless) return explain('workload-unsuitable/rootless', { name });
  if (Labels[SWARM_TASK] !== undefined || Labels[COMPOSE.oneOff] === 'True')
    return explain('workload-unsuitable/temporary', { name });
  if (mode === 'host') return explain('workload-unsuitable/host-network', { name });
  if (mode.startsWith('container:')) {
    const owner = around.owner ?? mode.slice('container:'.length).slice(0, 12);
    return explain('workload-unsuitable/shared', { name, owner });
  }
  // Its node would have to share that namespace, where it could not write the files of its image.
  if (around.users.isRemapped && inspect.HostConfig.UsernsMode === 'host')
    return explain('workload-unsuitable/host-users', { name });
  const isShut = inspect.State.Status === 'running' && around.networks.every(({ isInternal }) => isInternal);
  if (mode === 'none' || (isShut && !around.hasOwnRoot)) return explain('workload-unsuitable/no-way-out', { name });
  return undefined;
}
