import { explain, NetworkId, type NodeId } from '@orrery/shared/contracts';
import { crashPoint, pause } from '@orrery/shared/runtime';
import {
  type IdentityStore,
  type NodeSecrets,
  type ContainerBlueprint,
  type StepOf,
  StepError,
  type Executors,
  type StepContext,
} from '@orrery/shared/machine';
import { COMPLETE_MARK, containerFiles, readMoons } from '../docker/container-files.js';
import { containerProfile, DAEMON_HOME, type ProfileContext } from '../docker/container-profile.js';
import type { InspectedContainer } from '../docker/inspected.js';
import { containerName, LABEL } from '../docker/labels.js';
import { forwards, inspectMatchesProfile } from '../docker/profile-match.js';
import { addressOn, placeInside, placeOnBridge, portOf, workloadEnded } from './container-place.js';
import { whyEnded } from './ended-container.js';
import { KeptConfigurations, type Configurations } from './kept-configurations.js';
import { introduceAgain, introductionsFor, mention, type Introductions } from './neighbours.js';
import { findContainer, openContainer, type RealMachineParts } from './real-machine-parts.js';
import { letThrough } from './routers.js';
import { watchStart } from './start-watch.js';

const LETTING_GO_TRIES = 20;
const LETTING_GO_MS = 150;

type ContainerExecutors = Pick<
  Executors,
  'create-container' | 'start-container' | 'unpause-container' | 'stop-container' | 'remove-container'
>;

/**
 * Steps on containers. They act on what the engine shows at that moment, not on the earlier observation. `running` is
 * called for each started container.
 */
export function containerSteps(
  parts: RealMachineParts,
  running: (node: NodeId, inspect: InspectedContainer) => void,
): ContainerExecutors {
  const made: Made = new Map();
  const kept = new KeptConfigurations(parts.engine);
  return {
    'create-container': async (step, context) => {
      made.set(step.node, await create(parts, step.blueprint, kept.take(step.node), context));
    },
    'start-container': async (step, context) => {
      const fresh = 'created' in step ? made.get(step.node) : undefined;
      made.delete(step.node);
      await start(parts, { step, fresh, running }, context);
    },
    'unpause-container': (step, context) => unpause(parts, step, context),
    'stop-container': (step, context) => stop(parts, step, context),
    'remove-container': (step, context) => remove(parts, step, kept, context),
  };
}

/** Containers that this agent has just created and filled but not started: their contents are known without asking the engine. */
type Made = Map<NodeId, FreshContainer>;

interface FreshContainer {
  engineId: string;
  networks: NetworkId[];
  introductions: Introductions | undefined;
}

async function create(
  parts: RealMachineParts,
  blueprint: ContainerBlueprint,
  configurations: Configurations,
  { signal, progress }: StepContext,
): Promise<FreshContainer> {
  const { engine, config, identities } = parts;
  const { node, inside } = blueprint;
  const [secrets, moons, place, introductions] = await Promise.all([
    secretsOf(identities, node),
    readMoons(config.moonsDir),
    inside ? placeInside(parts, inside, signal) : placeOnBridge(parts, signal),
    inside && introductionsFor(parts, { node, workload: inside.engineId }, signal),
    assertSuitable(parts, blueprint.image, signal),
  ]);
  const port = await portOf(parts, { node, address: secrets.address, taken: place.taken }, signal);
  const address = place.fixed && (await addressOn(parts, place.fixed, secrets.address, signal));
  const isRenewed = configurations.size > 0;
  const id = await createOnce(parts, blueprint, { port, address, isRenewed }, signal);
  crashPoint('launch.create');
  progress('created', `container ${containerName(blueprint.name)}`);
  const files = containerFiles(blueprint, secrets, { gateways: place.gateways, port }, moons, configurations);
  try {
    await engine.files.put(id, [...(introductions?.files ?? []), ...files], { signal });
  } catch (error) {
    await engine.containers.remove(id, { doing: 'removing an incomplete container' }).catch(() => undefined);
    throw error;
  }
  crashPoint('launch.upload');
  return { engineId: id, networks: blueprint.memberships.map(({ network }) => network), introductions };
}

async function secretsOf(identities: IdentityStore, node: NodeId): Promise<NodeSecrets> {
  const secrets = await identities.get(node);
  if (secrets) return secrets;
  throw new StepError(explain('identity-lost/not-in-state-folder'));
}

/** If a killed agent left a half-created container of the same item under this name, it is removed; any other is left alone. */
async function createOnce(
  parts: RealMachineParts,
  blueprint: ContainerBlueprint,
  of: Pick<ProfileContext, 'port' | 'address' | 'isRenewed'>,
  signal: AbortSignal,
): Promise<string> {
  const { engine, config } = parts;
  const name = containerName(blueprint.name);
  const errand = { doing: `making ${name}`, image: blueprint.image, container: name };
  const { host, agentVersion, dockerNetwork: network } = config;
  const request = containerProfile(blueprint, { host, agentVersion, network, ...of });
  for (let triesLeft = LETTING_GO_TRIES; ; triesLeft--) {
    try {
      return await engine.containers.create(request, errand, { signal });
    } catch (error) {
      const isTaken = error instanceof StepError && error.code === 'container-name-taken';
      if (!isTaken || triesLeft === 0) throw error;
      await freeName(parts, blueprint, error, signal);
    }
  }
}

/** Frees a name, or throws `why` if its holder must not be touched. A removed container still holds its name for a moment. */
async function freeName(parts: RealMachineParts, blueprint: ContainerBlueprint, why: StepError, signal: AbortSignal) {
  const { engine } = parts;
  const [taken] = await engine.containers.list({ name: [`^/?${containerName(blueprint.name)}$`] }, { signal });
  const inspect = taken ? await engine.containers.inspect(taken, { signal }) : undefined;
  if (!inspect || inspect.State.Status === 'removing') return pause(LETTING_GO_MS, signal);
  if (inspect.State.Status !== 'created' || !isOf(parts, inspect, blueprint)) throw why;
  await engine.containers.remove(inspect.Id, { doing: 'removing an incomplete container' }, { signal });
}

/** An image may declare a volume only for the daemon's home, because the profile has no mounts. */
async function assertSuitable({ engine }: RealMachineParts, image: string, signal: AbortSignal): Promise<void> {
  const found = await engine.images.inspect(image, { signal });
  if (!found) throw new StepError({ ...explain('image-absent/not-pulled', { image }), transient: true });
  const volumes = Object.keys(found.Config?.Volumes ?? {}).filter((path) => path.replace(/\/$/, '') !== DAEMON_HOME);
  if (volumes.length > 0 || (found.Os ?? 'linux') !== 'linux')
    throw new StepError(
      explain('image-unsuitable', {
        cause: volumes.length > 0 ? `${image} declares volumes: ${volumes.join(', ')}` : `${image} is for ${found.Os}`,
      }),
    );
}

interface Start {
  step: StepOf<'start-container'>;
  /** Undefined if the previous step did not create it. */
  fresh: FreshContainer | undefined;
  running: (node: NodeId, inspect: InspectedContainer) => void;
}

async function start(
  parts: RealMachineParts,
  { step, fresh, running: isRunning }: Start,
  { signal, progress }: StepContext,
) {
  const { engine } = parts;
  const inspect = await ownContainer(parts, step, fresh, signal);
  if (inspect.State.Status === 'running') return;
  const id = inspect.Id;
  const name = inspect.Name.slice(1);
  const networks = fresh?.networks ?? (await networksIn(parts, id, signal));
  if (!fresh && inspect.State.Status === 'created') await assertComplete(parts, inspect, signal);
  const isStranger = await takeTurn(parts, step.node, inspect, { signal, progress });
  const introductions = fresh ? fresh.introductions : await introduceAgain(parts, step.node, inspect, signal);
  await startOrDiscard(parts, inspect, signal);
  crashPoint('launch.start');
  progress('started', `container ${name}`);
  const running = await engine.containers.inspect(id, { signal });
  if (forwards(inspect)) await letThrough(parts, running, step.router ?? [], signal);
  if (running) isRunning(step.node, running);
  const door = await openContainer(
    parts,
    step.node,
    running && { ...running, State: { ...running.State, Status: 'running' } },
  );
  const watching = watchStart(
    {
      door,
      networks,
      inspect: (late) => engine.containers.inspect(id, { signal: late }),
      whyEnded: (ended, late) => whyEnded(engine, ended, late),
    },
    signal,
  );
  const version = await (introductions
    ? mention(introductions, Number(inspect.Config.Labels[LABEL.port]), watching, signal)
    : watching);
  if (isStranger) parts.turns.greeted();
  if (version) progress('daemon', `zerotier-one ${version}`);
}

/** A node that was stopped only a while ago is still known to its root. */
async function takeTurn(
  parts: RealMachineParts,
  node: NodeId,
  { State }: InspectedContainer,
  { signal, progress }: StepContext,
) {
  const { turns, identities } = parts;
  // The engine shows the year 1 for one that never ran.
  const ended = Date.parse(State.FinishedAt);
  if (ended > 0) turns.ran(node, Math.max(0, Date.now() - ended));
  const { address } = await secretsOf(identities, node);
  const tell = (before: number, ms: number) =>
    progress('queued', `${before} before it, about ${Math.ceil(ms / 1000)} s`);
  return turns.take({ node, address }, tell, signal);
}

/** Without its files, a daemon would generate a new identity. */
async function assertComplete(parts: RealMachineParts, { Id }: InspectedContainer, signal: AbortSignal): Promise<void> {
  const mark = await parts.engine.files.get(Id, `${DAEMON_HOME}/${COMPLETE_MARK}`, { signal });
  if (mark?.has(COMPLETE_MARK)) return;
  await parts.engine.containers.remove(Id, { doing: 'removing an incomplete container' }, { signal });
  throw madeAnew('the container was incomplete');
}

async function networksIn({ engine }: RealMachineParts, id: string, signal: AbortSignal): Promise<NetworkId[]> {
  const files = await engine.files.get(id, `${DAEMON_HOME}/networks.d`, { signal });
  return [...(files?.keys() ?? [])].flatMap((path) => {
    const network = NetworkId.safeParse(/^networks\.d\/([0-9a-f]{16})\.conf$/.exec(path)?.[1]);
    return network.success ? [network.data] : [];
  });
}

/** A network that was pruned while the container was stopped does not come back. The container holds no state and is recreated. */
async function startOrDiscard(
  { engine, takenAddresses }: RealMachineParts,
  inspect: InspectedContainer,
  signal: AbortSignal,
) {
  const name = inspect.Name.slice(1);
  const errand = { doing: `starting ${name}`, image: inspect.Config.Image, container: name };
  try {
    await engine.containers.start(inspect.Id, errand, { signal });
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const { [LABEL.workload]: workload, [LABEL.address]: address } = inspect.Config.Labels;
    if (workload !== undefined && /non[- ]running container|is not running/i.test(error.message))
      throw workloadEnded(workload);
    const isTaken = address !== undefined && /address already in use/i.test(error.message);
    if (!isTaken && !/network .* not found|no such container/i.test(error.message)) throw error;
    await engine.containers.remove(inspect.Id, errand, { signal });
    if (isTaken) takenAddresses.add(address);
    if (isTaken) throw madeAnew(`something else has its address on the bridge, ${address}`);
    throw madeAnew('the Docker network or the workload that the container was on is gone');
  }
}

const madeAnew = (cause: string) => new StepError({ ...explain('unexpected/recreated', { cause }), transient: true });

async function unpause(parts: RealMachineParts, step: StepOf<'unpause-container'>, { signal }: StepContext) {
  const inspect = await ownContainer(parts, step, undefined, signal);
  if (inspect.State.Status !== 'paused') return;
  await parts.engine.containers.unpause(inspect.Id, { doing: `unpausing ${inspect.Name.slice(1)}` }, { signal });
}

/** Kills it: zerotier-one takes more than a second to end by itself, and has nothing to save. */
async function stop(
  parts: RealMachineParts,
  { engineId, node, item }: StepOf<'stop-container'>,
  { signal }: StepContext,
) {
  const inspect = await parts.engine.containers.inspect(engineId, { signal });
  if (!inspect) return;
  if (!isOf(parts, inspect, { item, node })) throw notOurs(inspect);
  parts.turns.ran(node);
  await parts.engine.containers.kill(engineId, { doing: `stopping ${inspect.Name.slice(1)}` }, { signal });
}

async function remove(
  parts: RealMachineParts,
  step: StepOf<'remove-container'>,
  kept: KeptConfigurations,
  { signal, progress }: StepContext,
) {
  const { engine } = parts;
  const inspect = await engine.containers.inspect(step.engineId, { signal });
  if (inspect && !isOf(parts, inspect, step)) throw notOurs(inspect);
  if (inspect?.State.Status === 'running') parts.turns.ran(step.node);
  if (inspect) await kept.keep(step.node, inspect.Id, step.keeps ?? [], signal);
  if (inspect) await engine.containers.remove(inspect.Id, { doing: `removing ${inspect.Name.slice(1)}` }, { signal });
  progress('removed', `container ${containerName(step.name)}`);
}

async function ownContainer(
  parts: RealMachineParts,
  step: StepOf<'start-container' | 'unpause-container'>,
  fresh: FreshContainer | undefined,
  signal: AbortSignal,
): Promise<InspectedContainer> {
  const engineId = fresh?.engineId ?? ('engineId' in step ? step.engineId : undefined);
  // Otherwise by its labels: a name from outside never becomes part of a path to the engine.
  const inspect =
    engineId === undefined
      ? await findContainer(parts, step.node, signal)
      : await parts.engine.containers.inspect(engineId, { signal });
  if (!inspect) throw madeAnew('the container is gone: somebody removed it');
  if (!isOf(parts, inspect, step)) throw notOurs(inspect);
  return inspect;
}

/** Ours, and created for this item and node. */
function isOf({ config }: RealMachineParts, inspect: InspectedContainer, of: { item: string; node: string }): boolean {
  const { Labels } = inspect.Config;
  return (
    inspectMatchesProfile(inspect, config.host, config.dockerNetwork) &&
    Labels[LABEL.item] === of.item &&
    Labels[LABEL.node] === of.node
  );
}

const notOurs = (inspect: InspectedContainer) =>
  new StepError(explain('container-name-taken/not-ours', { container: inspect.Name.slice(1) }));
