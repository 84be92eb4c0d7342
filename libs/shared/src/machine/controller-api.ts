import type {
  ControllerNetwork,
  ControllerRecord,
  ControllerRecordChange,
  ControllerTrouble,
  NetworkConfig,
  NetworkId,
  NodeAddress,
} from '../contracts/index.js';
import { AppError } from '../runtime/index.js';
import type { LocalHttp } from './local-http.js';

export interface ProbedController {
  address: NodeAddress;
  version: string;
  networks: NetworkId[];
}

export interface RecordsPage {
  records: ControllerRecord[];
  more: boolean;
}

/**
 * The controller in one zerotier-one. All of it may be repeated. Throws ControllerError when there is none that answers, ForeignNetwork
 * for a network of another controller, SettingsDropped, and what the signal was aborted with.
 */
export interface ControllerApi {
  probe(): Promise<ProbedController>;
  /** Begins to ask what `putRecords` of this network asks first. Whatever comes of it comes to light there. */
  lookAhead(network: NetworkId): void;
  network(network: NetworkId): Promise<ControllerNetwork>;
  /** Makes it, or makes it so; gives it as the controller has it then. */
  putNetwork(network: NetworkId, name: string, config: NetworkConfig): Promise<ControllerNetwork>;
  /** Deleting what is not there is no error. */
  deleteNetwork(network: NetworkId): Promise<void>;
  /** `limit` records at most, in the order of addresses, from the one behind `after`. */
  records(network: NetworkId, after: NodeAddress | null, limit: number): Promise<RecordsPage>;
  /** Gives the records as they are then. */
  putRecords(network: NetworkId, changes: readonly ControllerRecordChange[]): Promise<ControllerRecord[]>;
  /** Deleting what is not there is no error. */
  deleteRecords(network: NetworkId, addresses: readonly NodeAddress[]): Promise<void>;
}

/** The way to the controller of one node. */
export interface ControllerWay {
  http: LocalHttp;
  /** The address that the node must have; undefined when nobody knows it. */
  expected: NodeAddress | undefined;
  /** What it means for this kind of node that its daemon gives no answer. */
  explain(error: unknown): { message: string; fix: string | undefined };
  signal: AbortSignal;
}

/** Why there is no controller that could be asked. */
export class ControllerError extends AppError {
  declare readonly code: ControllerTrouble;
  declare readonly fix: string;
  constructor(options: { code: ControllerTrouble; cause: string; fix: string; origin?: unknown }) {
    super({ kind: 'operational', ...options });
    this.name = 'ControllerError';
  }
}

/** zerotier-one accepts a network with another controller's address in its id, and nobody could ever join it (docs/zerotier-facts.md#controller). */
export class ForeignNetwork extends AppError {
  constructor(network: NetworkId, own: NodeAddress) {
    super({
      code: 'foreign-network',
      kind: 'user',
      cause: `the network ${network} is of the controller ${network.slice(0, 10)}, and this one is ${own}`,
      fix: `Choose an id that begins with ${own}, or ask the controller that the network is of.`,
    });
    this.name = 'ForeignNetwork';
  }
}

/** zerotier-one answers 200 and leaves out what it does not understand (docs/zerotier-facts.md#controller). */
export class SettingsDropped extends AppError {
  constructor(of: string, dropped: readonly string[]) {
    super({
      code: 'settings-refused',
      kind: 'operational',
      cause: `the controller did not take ${dropped.join(', ')} of ${of}`,
      fix: 'See whether this release of zerotier-one knows it, and that nothing else changes the same network.',
    });
    this.name = 'SettingsDropped';
  }
}
