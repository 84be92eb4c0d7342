import type { NodeAddress, NodeId, NodeKind, ObservedState } from '@orrery/shared/contracts';
import type {
  ControllerApi,
  ControllerWay,
  Executors,
  Hint,
  IdentityStore,
  Machine,
  MachineEvidence,
  MachineFacts,
  NodeEvidence,
  NodeSecrets,
  Prober,
  Scope,
} from '@orrery/shared/machine';
import { steadyNow } from '@orrery/shared/runtime';
import { openSimulatedController } from './simulated-controller.js';
import { openSimulatedProber } from './simulated-prober.js';
import { SIMULATED_GROUND, SIMULATED_ROUTER_GROUND } from './simulated-ground.js';
import { addressOf, SimulatedHost, type SimulatedHostOptions } from './simulated-host.js';
import { VERSION } from './model/timing.js';
import { simulatedIdentity } from './simulated-identity.js';
import { simulatedSteps } from './simulated-steps.js';
import { viewContainer, viewNode, viewRunning, viewStopped } from './simulated-view.js';

export interface SimulatedMachineOptions extends SimulatedHostOptions {
  defaultImage: string;
  identities: IdentityStore;
  /** The same client for a controller as on a real machine; the model answers it. */
  controllerOver: (way: ControllerWay) => ControllerApi;
  /** How much faster than real the steps are; the zerotier-ones have their own time. */
  speed?: number;
}

const LOOK_MS = 200;
/** The interval while nothing has changed for a while. */
const QUIET_MS = 1_000;
const CONVERGING_MS = 30_000;

const SIMULATED_EVIDENCE: Omit<MachineEvidence, 'nodes'> = {
  engine: { known: true, value: { version: 'simulated', isRootless: false, isRemapped: false } },
  tun: { known: true, value: { state: 'usable', forAll: true } },
  forward: { known: true, value: { policy: 'ACCEPT', first: 'docker' } },
  firewalls: { known: true, value: { legacyRules: 0, nftRules: 0 } },
  devices: { known: true, value: new Map() },
  portHolder: { known: true, value: null },
  resolver: { known: true, value: { servers: [], followsZeroTier: false } },
  roots: { known: true, value: [] },
  packages: undefined,
};

/** The machine of a simulated host: the same agent, over the model of zerotier-one, marked `simulated` wherever it shows. */
export class SimulatedMachine implements Machine {
  readonly simulated = true;
  readonly hintsAtAll = true;
  readonly silentNodes: ReadonlySet<NodeId> = new Set();
  readonly executors: Executors;

  private constructor(
    readonly host: SimulatedHost,
    private readonly options: SimulatedMachineOptions,
  ) {
    this.executors = simulatedSteps(host, options.identities, options.speed);
  }

  static async open(options: SimulatedMachineOptions): Promise<SimulatedMachine> {
    return new SimulatedMachine(await SimulatedHost.open(options), options);
  }

  async observe(scope: Scope, _signal: AbortSignal): Promise<ObservedState> {
    const { host } = this;
    await host.advance();
    await host.save();
    const named = new Set(scope.containers.map(({ item }) => item));
    const containers = host.state.containers.filter(({ item }) => named.has(item));
    return {
      engine: {
        known: true,
        value: { version: 'simulated', apiVersion: '1.47', os: 'linux', architecture: process.arch },
      },
      containers: {
        known: true,
        value: host.state.containers.map((container) => viewContainer(container, named.has(container.item))),
      },
      // A simulated engine has no containers but Orrery's, so an attachment waits.
      ...(scope.containers.some(({ workload }) => workload !== undefined) && {
        workloads: { known: true as const, value: [] },
      }),
      nodes: [
        viewNode(scope.hostNode, 'host', host.daemon(host.state.host)),
        ...containers.map((container) =>
          container.state === 'running'
            ? viewRunning(container, host.daemon(container.daemon))
            : viewStopped(container),
        ),
      ],
    };
  }

  /** A full observation is so quick here that a glance is not needed. */
  glance(..._look: Parameters<Machine['glance']>): ReturnType<Machine['glance']> {
    return Promise.resolve(undefined);
  }

  /** A simulated engine has no containers but Orrery's. */
  findWorkloads(): ReturnType<Machine['findWorkloads']> {
    return Promise.resolve({ known: true, value: [] });
  }

  /** Nothing is wrong with a machine that does not exist. */
  examine({ hostNode, containers }: Scope): Promise<MachineEvidence> {
    const nodes = [
      { node: hostNode, kind: 'host' as const, daemon: this.host.state.host },
      ...this.host.state.containers
        .filter(({ node }) => containers.some((one) => one.node === node))
        .map(({ node, daemon }) => ({ node, kind: 'container' as const, daemon })),
    ].map(({ node, kind, daemon }): NodeEvidence => {
      const value = { address: addressOf(daemon), version: VERSION.text, listeningOn: undefined, port: undefined };
      return {
        ...{ node, kind, daemon: { known: true, value: { ...value, tcpFallback: false } } },
        ...{ peers: { known: true, value: [] }, dns: { known: true, value: [] } },
      };
    });
    return Promise.resolve({ ...SIMULATED_EVIDENCE, nodes });
  }

  facts(): Promise<MachineFacts> {
    const { defaultImage, identities } = this.options;
    return Promise.resolve({
      defaultImage,
      imagePresent: (image: string) => this.host.state.images.includes(image),
      hasIdentity: (node: NodeId) => identities.has(node),
      isFree: (address: NodeAddress) => identities.isFree(address),
      ground: SIMULATED_GROUND,
      routerGround: SIMULATED_ROUTER_GROUND,
    });
  }

  watch(hint: Hint, signal: AbortSignal): void {
    let seen = '';
    let quietSince = steadyNow();
    const look = () => {
      this.host.world.advance((this.options.now ?? steadyNow)());
      const files = JSON.stringify(this.host.state.containers.map(({ engineId, state }) => [engineId, state]));
      const now = files + JSON.stringify(this.#interfaces());
      if (seen !== now) quietSince = steadyNow();
      if (seen !== '' && now !== seen) hint();
      seen = now;
      timer = setTimeout(look, steadyNow() - quietSince < CONVERGING_MS ? LOOK_MS : QUIET_MS);
    };
    let timer = setTimeout(look, LOOK_MS);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  mintAhead(): Promise<NodeSecrets> {
    return Promise.resolve(simulatedIdentity());
  }

  logs(node: NodeId, tail: number): Promise<string> {
    const container = this.host.state.containers.find((one) => one.node === node);
    const lines = container ? [`simulated zerotier-one ${addressOf(container.daemon)}: ${container.state}`] : [];
    return Promise.resolve(lines.slice(-tail).join('\n'));
  }

  controller(node: NodeId, kind: NodeKind, signal: AbortSignal): Promise<ControllerApi> {
    return Promise.resolve().then(() =>
      openSimulatedController(this.options.controllerOver, this.host, node, kind, signal),
    );
  }

  prober(node: NodeId, kind: NodeKind): Promise<Prober> {
    return Promise.resolve().then(() => openSimulatedProber(this.host, node, kind));
  }

  async close(): Promise<void> {
    await this.host.close();
  }

  #interfaces() {
    const { host } = this;
    const running = host.state.containers.filter(({ state }) => state === 'running').map(({ daemon }) => daemon);
    return [host.state.host, ...running].map((daemon) => [
      host.world.interfaces(addressOf(daemon)),
      Object.values(host.daemon(daemon).memberships).map(({ refusal, config }) => [refusal, config?.addresses]),
    ]);
  }
}
