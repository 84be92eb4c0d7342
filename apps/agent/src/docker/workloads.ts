import {
  explain,
  type Explained,
  type FailureCode,
  type ObservedWorkload,
  type Workload,
  WORKLOAD_LABEL,
} from '@orrery/shared/contracts';
import type { WorkloadNetwork } from './bridge-network.js';
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

/**
 * `networks`: those that it is on. `hasOwnRoot`: its node finds a root without a way out of the host. `owner`: the name of
 * the container whose network it uses.
 */
export interface WorkloadAround {
  owner?: string | undefined;
  networks: readonly WorkloadNetwork[];
  hasOwnRoot: boolean;
}

export function observedWorkload(
  workload: Workload,
  inspect: InspectedContainer,
  around: WorkloadAround,
): ObservedWorkload {
  const { State, Name } = inspect;
  const unsuitable = whyUnsuitable(inspect, around);
  return {
    workload,
    name: Name.slice(1),
    engineId: inspect.Id,
    state: stateOf(State.Status),
    startedAt: State.StartedAt.startsWith('0001-') || State.StartedAt === '' ? null : State.StartedAt,
    labelled: isLabelled(inspect.Config.Labels),
    ...(unsuitable && { unsuitable: { code: unsuitable.code, cause: unsuitable.cause, fix: unsuitable.fix } }),
  };
}

const isLabelled = (labels: Record<string, string>): boolean =>
  labels[WORKLOAD_LABEL] !== undefined && labels['orrery.enable'] !== 'false';

function whyUnsuitable(inspect: InspectedContainer, around: WorkloadAround): Explained<FailureCode> | undefined {
  const name = inspect.Name.slice(1);
  const { Labels } = inspect.Config;
  const mode = inspect.HostConfig.NetworkMode;
  if (Labels[LABEL.host] !== undefined) return explain('workload-unsuitable/ours', { name });
  if (Labels[SWARM_TASK] !== undefined || Labels[COMPOSE.oneOff] === 'True')
    return explain('workload-unsuitable/temporary', { name });
  if (mode === 'host') return explain('workload-unsuitable/host-network', { name });
  if (mode.startsWith('container:')) {
    const owner = around.owner ?? mode.slice('container:'.length).slice(0, 12);
    return explain('workload-unsuitable/shared', { name, owner });
  }
  const isShut = inspect.State.Status === 'running' && around.networks.every(({ isInternal }) => isInternal);
  if (mode === 'none' || (isShut && !around.hasOwnRoot)) return explain('workload-unsuitable/no-way-out', { name });
  return undefined;
}
