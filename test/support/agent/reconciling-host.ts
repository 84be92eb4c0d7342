import { join } from 'node:path';
import { newSigningKey, Signer, Verifier } from '@orrery/shared/bus';
import {
  subjects,
  type AgentEvent,
  type AnyItem,
  type HostId,
  type NodeId,
  type ObservedNode,
} from '@orrery/shared/contracts';
import { createLogger, newId, steadyNow } from '@orrery/shared/runtime';
import type { Hint } from '@orrery/shared/machine';
import { DesiredStore } from '../../../apps/agent/src/desired/desired-store.js';
import { FileIdentityStore } from '../../../apps/agent/src/identities/file-identity-store.js';
import { Probations, type Way } from '../../../apps/agent/src/guard/probations.js';
import { HostPolicy } from '../../../apps/agent/src/policy/host-policy.js';
import { Journal } from '../../../apps/agent/src/journal/journal.js';
import { Reconciler } from '../../../apps/agent/src/reconciler/reconciler.js';
import { Reporter } from '../../../apps/agent/src/reconciler/reporter.js';
import { Retries } from '../../../apps/agent/src/reconciler/retries.js';
import { SimulatedMachine } from '../../../libs/simulator/src/simulated-machine.js';
import { ControllerClient } from '../../../apps/agent/src/zerotier/controller.client.js';
import { temporaryFolder } from '../servers.js';
import { DEFAULT_IMAGE } from './steps.js';

const logger = createLogger('test', 'silent');

/** The core of the agent without its uplink, over a simulated machine: desired states go in, events come out. */
export class ReconcilingHost {
  revision = 0;
  /** How often it has looked at its machine. */
  looks = 0;
  /** A hint of the machine: about one node, or about something somewhere. */
  hint: Hint = () => undefined;
  /** What a look at one node alone shows of it, instead of its real state. */
  glimpse: ((node: ObservedNode) => ObservedNode) | undefined;
  /** No look ends before this resolves. */
  sight: Promise<void> = Promise.resolve();
  private constructor(
    readonly home: string,
    readonly hostNode: NodeId,
    readonly machine: SimulatedMachine,
    readonly identities: FileIdentityStore,
    readonly journal: Journal,
    readonly reconciler: Reconciler,
    private readonly desired: DesiredStore,
    private readonly signer: Signer,
    private readonly hostId: HostId,
  ) {}

  /** `again`: a host that was stopped, restarted on the state that it left. */
  static async start({
    capBytes = 1e9,
    firstMs = 20,
    again,
    way,
  }: { capBytes?: number; firstMs?: number; again?: ReconcilingHost; way?: Way } = {}): Promise<ReconcilingHost> {
    const home = again?.home ?? (await temporaryFolder('host'));
    const hostId = again?.hostId ?? newId('hst');
    const hostNode = again?.hostNode ?? newId('nod');
    const signer = again?.signer ?? new Signer(newSigningKey());
    const identities = await FileIdentityStore.open(home);
    const timing = { round: 200, firstRequest: 50, configLifetime: 500, minimumRequestPause: 50 };
    const machine = await SimulatedMachine.open({
      ...{ home, logger, identities, timing, defaultImage: DEFAULT_IMAGE, speed: 20 },
      controllerOver: (way) => new ControllerClient(way),
    });
    const journal = new Journal({ folder: join(home, 'journal'), logger, capBytes });
    await journal.open();
    const desired = new DesiredStore(home, hostId, new Verifier([signer.publicKey]), logger);
    const reporter = new Reporter(journal, { type: 'host.started', data: { agentVersion: '0', simulated: true } });
    const retries = new Retries({ firstMs, maxMs: 60_000 }, () => 0.5);
    await desired.open();
    const times = { windowMs: 1_500, settleMs: 200, now: steadyNow };
    const probations = way && (await Probations.open({ home, way, logger, ...times }));
    const trial = probations && { probations };
    const policy = new HostPolicy({ file: join(home, 'policy.yaml'), isNamed: false }, logger);
    const parts = { hostNode, machine, desired, policy, reporter, logger, retries, watchEveryMs: 300, ...trial };
    const reconciler = new Reconciler(parts);
    const host = new ReconcilingHost(
      ...([home, hostNode, machine, identities, journal, reconciler, desired, signer, hostId] as const),
    );
    host.revision = again?.revision ?? 0;
    const observe = machine.observe.bind(machine);
    machine.observe = async (...look) => {
      host.looks += 1;
      const seen = await observe(...look);
      await host.sight;
      return seen;
    };
    machine.glance = async (scope, node, seen, signal) => {
      const { glimpse } = host;
      const { nodes } = await observe(scope, signal);
      return glimpse && { ...seen, nodes: nodes.map((one) => (one.node === node ? glimpse(one) : one)) };
    };
    const watch = machine.watch.bind(machine);
    machine.watch = (hint, signal) => {
      host.hint = hint;
      watch(hint, signal);
    };
    reconciler.start();
    return host;
  }

  want(...items: AnyItem[]): Promise<void> {
    return this.#accept({ items });
  }

  /** The same of a host that is paused. */
  wantPaused(...items: AnyItem[]): Promise<void> {
    return this.#accept({ items, paused: true });
  }

  async #accept(state: { items: AnyItem[]; paused?: boolean }): Promise<void> {
    this.revision += 1;
    const body = JSON.stringify({ host: this.hostId, revision: this.revision, ...state });
    await this.desired.accept(this.signer.sign(subjects.desired(this.hostId), body));
  }

  async events(): Promise<AgentEvent[]> {
    const { ordinal } = this.journal.epochs.at(-1) ?? { ordinal: 0 };
    const events: AgentEvent[] = [];
    for (let more = await this.journal.read(ordinal, 1); more.length > 0;) {
      events.push(...more);
      more = await this.journal.read(ordinal, events.length + 1);
    }
    return events;
  }

  async ofType<T extends AgentEvent['type']>(type: T) {
    return (await this.events()).filter((event): event is AgentEvent & { type: T } => event.type === type);
  }

  /** Kinds and codes of an item's outcomes, in order: `done`, `waiting authorization`. */
  async outcomes(item: string): Promise<string[]> {
    const settled = (await this.ofType('item.settled')).filter(({ data }) => data.item === item);
    return settled.map(({ data: { outcome } }) =>
      'code' in outcome ? `${outcome.kind} ${outcome.code}` : outcome.kind,
    );
  }

  get containers() {
    return this.machine.host.state.containers;
  }

  /** As if somebody had done it to the container by hand. */
  tamper(name: string, to: 'exited' | 'paused' | 'removed'): void {
    const { host } = this.machine;
    const container = this.containers.find((one) => one.name === name);
    if (!container) throw new Error(`there is no container ${name}`);
    if (container.state === 'running') host.stopDaemon(container.daemon);
    if (to === 'removed') host.state.containers = this.containers.filter((one) => one !== container);
    else Object.assign(container, { state: to, exitCode: to === 'exited' ? 137 : null });
  }

  async stop(): Promise<void> {
    await this.reconciler.stop();
    await this.machine.close();
    await this.journal.close();
  }
}
