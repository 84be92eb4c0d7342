import 'reflect-metadata';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BusErrorFilter, Bus, BusStrategy, Verifier } from '@orrery/shared/bus';
import { explain, inboxPrefix, type NodeId } from '@orrery/shared/contracts';
import { describeError, retry, type AppError, type Logger, steadyNow } from '@orrery/shared/runtime';
import type { Machine } from '@orrery/shared/machine';
import { AppModule } from '../app.module.js';
import { CallLedger } from '../calls/call-ledger.js';
import { CallOperations } from '../calls/call-operations.js';
import { CallsService } from '../calls/calls.service.js';
import type { AgentConfig } from '../config.js';
import { Doctor } from '../doctor/doctor.js';
import { DesiredStore } from '../desired/desired-store.js';
import { createWarmKeeper } from './create-warm-keeper.js';
import { FileIdentityStore } from '../identities/file-identity-store.js';
import type { WarmKeeper } from '../identities/warm-keeper.js';
import { ApiWay, Probations } from '../guard/probations.js';
import type { Credentials } from '../join/credentials.js';
import type { Removal } from '../join/removal.js';
import { readFormer } from '../join/set-aside.js';
import { Journal } from '../journal/journal.js';
import { createMachine } from './create-machine.js';
import { HostPolicy } from '../policy/host-policy.js';
import { Probes } from '../probes/probes.js';
import { Reconciler } from '../reconciler/reconciler.js';
import { Reporter } from '../reconciler/reporter.js';
import { BatchSender } from '../uplink/batch-sender.js';
import { Beats } from '../uplink/beats.js';
import { Greeter } from '../uplink/greeter.js';
import { LinkDrops } from '../uplink/link-drops.js';
import { offerOf } from '../pure/guard/host-prefixes.js';
import { ServerClock } from '../uplink/server-clock.js';
import { Uplink } from '../uplink/uplink.js';
import { AGENT_VERSION } from '../version.js';
import { HealthFile } from './health-file.js';

/** Longer than a hello and a few batches can take. */
const DEAF_AFTER_MS = 30_000;
/** How long forged answers are reported after the last one. */
const FORGED_MS = 10 * 60_000;
const PRUNE_EVERY_MS = 10 * 60_000;

/** One agent of one host, assembled. It works from its own disk; NATS and the API may become available later. */
export class Agent {
  #pruning: NodeJS.Timeout | undefined;

  private constructor(
    private readonly logger: Logger,
    readonly machine: Machine,
    readonly bus: Bus,
    private readonly stores: { journal: Journal; desired: DesiredStore; removal: Removal },
    private readonly loops: {
      reconciler: Reconciler;
      keeper: WarmKeeper;
      doctor: Doctor;
      uplink: Uplink;
      probes: Probes;
      app: INestMicroservice;
    },
  ) {}

  static async create(config: AgentConfig, who: Who, logger: Logger, signal: AbortSignal): Promise<Agent> {
    const { record } = who.credentials;
    const { hostId: host, nodeId: hostNode } = record;
    const former = await readFormer(config.home);
    const identities = await FileIdentityStore.open(config.home);
    const journal = await openJournal(config, logger, signal);
    const verifier = new Verifier(record.signingKeys);
    const desired = new DesiredStore(config.home, host, verifier, logger);
    await desired.open();
    const ways = { NATS: record.nats.url, 'the API': config.apiUrl };
    const root = { isTold: false };
    const around = { ways, introduced: () => root.isTold };
    const machine = await createMachine(config, [host, ...former.hosts], identities, logger, around);
    const bus = connectBus(who.credentials, logger);
    const clock = new ServerClock();
    const data = { agentVersion: AGENT_VERSION, simulated: machine.simulated };
    const reporter = new Reporter(journal, { type: 'host.started', data }, former.nodes);
    const policy = new HostPolicy(config.policy, logger);
    const way = new ApiWay();
    const probations = await openProbations(config, way, logger);
    const reconciler = new Reconciler({ hostNode, machine, desired, policy, reporter, probations, logger });
    const parts = { machine, identities, reconciler, logger };
    const doctor = createDoctor(hostNode, { ...parts, desired, bus, home: config.home });
    const keeper = createWarmKeeper(config.warmIdentities, { ...parts, policy });
    const health = await HealthFile.open(config.healthFile, logger);
    const uplink = createUplink({ ...who, ...parts, bus, verifier, clock, journal, desired, reporter, health, root });
    way.follow(uplink);
    const ledger = new CallLedger(journal);
    const probes = new Probes({ machine, journal, logger });
    const operations = new CallOperations({
      hostNode: record.nodeId,
      machine,
      reconciler,
      doctor,
      desired,
      policy,
      probes,
      credentials: who.credentials,
    });
    const calls = new CallsService({ host, verifier, clock, ledger, operations, logger });
    const strategy = new BusStrategy({ bus, host });
    const module = AppModule.with(desired, calls);
    const app = await NestFactory.createMicroservice(module, { strategy, logger: false, abortOnError: false });
    app.useGlobalFilters(new BusErrorFilter());
    const stores = { journal, desired, removal: who.removal };
    return new Agent(logger, machine, bus, stores, { reconciler, keeper, doctor, uplink, probes, app });
  }

  /** Whether NATS accepts this host, and the answers there come from the API that it knows. */
  get isAnswered(): boolean {
    return this.bus.connected && !this.loops.uplink.isDoubtful;
  }

  async start(): Promise<void> {
    const { reconciler, keeper, doctor, uplink, app } = this.loops;
    const { journal, desired } = this.stores;
    await app.listen();
    reconciler.start();
    keeper.start();
    doctor.start();
    uplink.start();
    this.#pruning = setInterval(() => void this.#prune(), PRUNE_EVERY_MS);
    const line = { event: 'agent.started', version: AGENT_VERSION, epoch: journal.epoch, ...desired.held };
    this.logger.info({ ...line, simulated: this.machine.simulated }, 'the agent is running');
  }

  /** The API reported, other than in an answer to hello, that it does not know this host. */
  async standDown(cause: string): Promise<void> {
    this.loops.reconciler.standDown();
    this.logger.warn(
      { event: 'host.removed', cause, fix: explain('host-removed', { cause }).fix },
      'this host was removed: only observing',
    );
    await this.stores.removal.note(cause);
  }

  /** Stops accepting work, waits for running steps, sends what is left, and closes. Containers and daemons keep running. */
  async stop(): Promise<void> {
    const { reconciler, keeper, doctor, uplink, probes, app } = this.loops;
    clearInterval(this.#pruning);
    await Promise.all([keeper.stop(), reconciler.stop(), doctor.stop(), probes.stop()]);
    await uplink.stop();
    await this.bus.close();
    await app.close();
    await this.machine.close();
    await this.stores.journal.close();
    this.logger.info({ event: 'agent.stopped' }, 'the agent has stopped; its containers keep running');
  }

  async #prune(): Promise<void> {
    await this.stores.journal.prune().catch((error: unknown) => {
      this.logger.warn({ event: 'journal.not-pruned', cause: describeError(error) });
    });
  }
}

/** A step takes effect within a sixth of the time that the API may be unreachable. */
const openProbations = ({ home, confirmMs: windowMs }: AgentConfig, way: ApiWay, logger: Logger): Promise<Probations> =>
  Probations.open({ home, way, windowMs, settleMs: windowMs / 6, now: steadyNow, logger });

interface DoctorNeeds {
  machine: Machine;
  desired: DesiredStore;
  reconciler: Reconciler;
  bus: Bus;
  home: string;
  logger: Logger;
}

function createDoctor(hostNode: NodeId, { machine, desired, reconciler, bus, home, logger }: DoctorNeeds): Doctor {
  const drops = new LinkDrops(bus);
  const doctor = new Doctor({
    ...{ hostNode, machine, logger },
    items: () => desired.items.items,
    room: async () => {
      const { bavail, bsize } = await statfs(home);
      return bavail * bsize;
    },
    uplinkDrops: () => drops.lately,
    changed: () => reconciler.wake(),
  });
  bus.onStatus((connected) => connected && drops.areMany && doctor.wake());
  reconciler.doctor = () => doctor.standing;
  reconciler.onLook(() => reconciler.lastLook && doctor.looked(reconciler.lastLook.observed));
  return doctor;
}

/** A full disk may have room later, so the agent waits and logs it. */
async function openJournal(config: AgentConfig, logger: Logger, signal: AbortSignal): Promise<Journal> {
  const journal = new Journal({ folder: join(config.home, 'journal'), logger, capBytes: config.journalCapBytes });
  await retry(() => journal.open(), {
    ...{ signal, firstMs: 500, maxMs: 10_000 },
    isFinal: (error) => (error as Partial<AppError>).kind === 'user',
    onFailure: (error) => {
      const { fix } = error as Partial<AppError>;
      logger.error({ event: 'journal.unavailable', cause: describeError(error), fix }, 'waiting for the journal');
    },
  });
  return journal;
}

function connectBus(credentials: Credentials, logger: Logger): Bus {
  const { hostId, nats, name } = credentials.record;
  const byKey = credentials.nats;
  return new Bus({
    servers: [nats.url],
    ...(byKey ? { credentials: () => credentials.nats ?? byKey } : {}),
    ...(nats.user === null ? {} : { user: nats.user, password: nats.password ?? '' }),
    ...(nats.ca === null ? {} : { ca: nats.ca }),
    name: `orrery-agent ${name}`,
    inboxPrefix: inboxPrefix(hostId),
    deafAfterMs: DEAF_AFTER_MS,
    logger,
  });
}

/** The identity of this host, and whether it is still valid. */
export interface Who {
  credentials: Credentials;
  removal: Removal;
  /** Called with what the API's answer to each hello means for this. */
  heard: (answer: 'known' | 'removed') => void;
}

interface UplinkNeeds extends Who {
  machine: Machine;
  identities: FileIdentityStore;
  bus: Bus;
  verifier: Verifier;
  clock: ServerClock;
  journal: Journal;
  desired: DesiredStore;
  reporter: Reporter;
  reconciler: Reconciler;
  health: HealthFile;
  /** Whether a root is told of this host's nodes, as the API says. */
  root: { isTold: boolean };
  logger: Logger;
}

function createUplink(needs: UplinkNeeds): Uplink {
  const { credentials, removal, machine, identities, reporter, reconciler } = needs;
  const { bus, verifier, clock, journal, desired, logger } = needs;
  const host = credentials.record.hostId;
  const inventory = () => reconciler.lastLook?.inventory;
  const requestSnapshot = () => {
    reporter.requestSnapshot();
    reconciler.wake();
  };
  const beats = new Beats(bus, host, () => {
    const hash = inventory();
    if (hash === undefined) return undefined;
    const at = new Date().toISOString();
    return { epoch: journal.epoch, ...desired.held, journalHead: journal.head, inventory: hash, at };
  });
  desired.onChange(() => beats.now());
  reconciler.forgedAnswers = () => performance.now() - bus.unprovenAt < FORGED_MS;
  if (removal.noted) reconciler.standDown();
  const offer = () => offerOf(identities.warm.public, reconciler.lastLook?.facts.ground);
  const about = { host, simulated: machine.simulated, inventory, offer };
  const uplink = new Uplink({
    ...{ bus, journal, beats, clock, logger, requestSnapshot },
    greeter: new Greeter({ ...about, bus, verifier, journal, desired, clock, logger }),
    sender: new BatchSender({ host, bus, verifier, journal, logger, requestSnapshot }),
    introduces: (isTold) => (needs.root.isTold = isTold),
    learnedSkew: (skewMs) => (reconciler.clockSkewMs = skewMs),
    fence: (cause) => reconciler.fence(cause),
    removed: async (cause) => {
      reconciler.standDown();
      needs.heard('removed');
      await removal.note(cause);
    },
    known: async () => {
      reconciler.resume();
      needs.heard('known');
      await removal.clear();
    },
  });
  identities.warm.onChange(() => uplink.offerMayHaveChanged());
  reconciler.onLook(() => {
    uplink.offerMayHaveChanged();
    if (uplink.isWelcome) void needs.health.looked();
  });
  return uplink;
}
