import { randomBytes } from 'node:crypto';
import { explain, type NodeId } from '@orrery/shared/contracts';
import { pause } from '@orrery/shared/runtime';
import {
  type IdentityStore,
  StepError,
  type Executors,
  mintStep,
  type ContainerBlueprint,
} from '@orrery/shared/machine';
import { simulatedIdentity } from './simulated-identity.js';
import { settingsFiles, type SimulatedHost } from './simulated-host.js';
import type { SimulatedDaemon } from './simulated-state.js';

/** Similar to the real durations, so that a person sees the stages pass. */
const PULL_MS = 400;
const STEP_MS = 100;

interface Tools {
  host: SimulatedHost;
  identities: IdentityStore;
  /** Waits about as long as the real step takes. */
  take: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Changes the host and saves it. */
  changed: (change: () => void) => Promise<void>;
}

/** Each step does what the real one does to its engine and daemon, and is on disk when it resolves. */
export function simulatedSteps(host: SimulatedHost, identities: IdentityStore, speed = 1): Executors {
  const take = (ms: number, signal: AbortSignal) => pause(ms / speed, signal);
  const changed = async (change: () => void) => {
    change();
    await host.save();
  };
  const tools = { host, identities, take, changed };
  return { ...imageSteps(tools), ...containerSteps(tools), ...networkSteps(tools), ...routerSteps(tools) };
}

type ImageStep = 'pull-image' | 'mint-identity' | 'forget-identity';
const imageSteps = ({ host, identities, take, changed }: Tools): Pick<Executors, ImageStep> => ({
  'pull-image': async ({ image }, { signal, progress }) => {
    progress('pull', image);
    await take(PULL_MS, signal);
    refuseTestImages(image);
    if (!host.state.images.includes(image)) await changed(() => host.state.images.push(image));
  },
  'mint-identity': mintStep(identities, async (_image, signal) => {
    await take(STEP_MS, signal);
    return simulatedIdentity();
  }),
  'forget-identity': ({ node, identity }) => identities.forget(node, identity),
});

type ContainerStep =
  'create-container' | 'start-container' | 'unpause-container' | 'stop-container' | 'remove-container';
const containerSteps = ({ host, identities, take, changed }: Tools): Pick<Executors, ContainerStep> => ({
  'create-container': async ({ blueprint }, { signal }) => {
    await take(STEP_MS, signal);
    await create(host, identities, blueprint);
  },
  'start-container': async (step, { signal }) => {
    const container =
      'created' in step
        ? host.state.containers.find(({ name }) => name === step.created)
        : host.container(step.engineId);
    if (!container || container.state === 'running') return;
    await take(STEP_MS, signal);
    await changed(() => {
      host.startDaemon(container.daemon);
      Object.assign(container, { state: 'running', startedAt: new Date().toISOString(), exitCode: null });
      if (container.router) container.router = step.router ?? [];
    });
  },
  'unpause-container': async ({ engineId }) => {
    const container = host.container(engineId);
    if (container?.state !== 'paused') return;
    await changed(() => {
      host.startDaemon(container.daemon);
      container.state = 'running';
    });
  },
  'stop-container': async ({ engineId }) => {
    const container = host.container(engineId);
    if (container?.state !== 'running') return;
    await changed(() => {
      host.stopDaemon(container.daemon);
      Object.assign(container, { state: 'exited', exitCode: 137 });
    });
  },
  'remove-container': async ({ engineId }, { signal }) => {
    const container = host.container(engineId);
    if (!container) return;
    await take(STEP_MS, signal);
    await changed(() => {
      if (container.state === 'running') host.stopDaemon(container.daemon);
      host.state.containers = host.state.containers.filter((one) => one !== container);
    });
  },
});

const routerSteps = ({ host, changed }: Tools): Pick<Executors, 'configure-router'> => ({
  'configure-router': ({ node, ways }) =>
    changed(() => {
      const container = host.state.containers.find((one) => one.node === node);
      if (container?.router && container.state === 'running') container.router = ways;
    }),
});

type NetworkStep = 'join-network' | 'configure-network' | 'repair-network' | 'leave-network';
const networkSteps = ({ host, changed }: Tools): Pick<Executors, NetworkStep> => {
  const daemonOf = (node: NodeId) => host.daemonOf(node) ?? notRunning();
  return {
    'join-network': ({ node, network, settings }) => changed(() => host.join(daemonOf(node), network, settings)),
    'configure-network': ({ node, network, settings }) =>
      changed(() => host.configure(daemonOf(node), network, settings)),
    'repair-network': ({ node, network, settings }) =>
      changed(() => {
        host.leave(daemonOf(node), network);
        host.join(daemonOf(node), network, settings);
      }),
    'leave-network': ({ node, network }) => changed(() => host.leave(daemonOf(node), network)),
  };
};

async function create(host: SimulatedHost, identities: IdentityStore, blueprint: ContainerBlueprint): Promise<void> {
  const { item, node, name, image, limits, incarnation, memberships, forwards } = blueprint;
  const secrets = await identities.get(node);
  if (!secrets) throw new StepError(explain('identity-lost/not-in-state-folder'));
  if (host.state.containers.some((other) => other.name === name)) return;
  const files = Object.assign({}, ...memberships.map((one) => settingsFiles(one.network, one.settings))) as object;
  const daemon: SimulatedDaemon = {
    identityPublic: secrets.identityPublic,
    token: secrets.authToken.reveal(),
    files: { ...files },
  };
  host.state.containers.push({
    ...{ item, node, name, image, limits, incarnation, daemon },
    engineId: randomBytes(32).toString('hex'),
    ...{ state: 'created', startedAt: null, exitCode: null },
    ...(forwards && { router: [] }),
  });
  await host.save();
}

/** For trying out failures: an image with `absent` or `refused` in its name fails in that way. */
function refuseTestImages(image: string): void {
  if (image.includes('absent')) throw new StepError(explain('image-absent/simulated', { image }));
  if (image.includes('refused')) throw new StepError(explain('pull-refused/simulated', { image }));
}

function notRunning(): never {
  throw new StepError({
    ...explain('container-died/starting-again', { cause: 'the zerotier-one of this node is not running' }),
    transient: true,
  });
}
