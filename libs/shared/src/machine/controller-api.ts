import {
  explain,
  controllerOf,
  type ControllerNetwork,
  type ControllerRecord,
  type ControllerRecordChange,
  type ControllerTrouble,
  type NetworkConfig,
  type NetworkId,
  type NodeAddress,
  type Explained,
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
 * The controller in one zerotier-one. All calls may be repeated. They throw ControllerError when no controller answers, ForeignNetwork
 * for a network of another controller, SettingsDropped, and the reason of the signal.
 */
export interface ControllerApi {
  probe(): Promise<ProbedController>;
  /** Starts the first request of a later `putRecords` on this network. A failure surfaces there. */
  lookAhead(network: NetworkId): void;
  network(network: NetworkId): Promise<ControllerNetwork>;
  /** Creates or updates it; returns the network as the controller then has it. */
  putNetwork(network: NetworkId, name: string, config: NetworkConfig): Promise<ControllerNetwork>;
  /** Deleting something that does not exist is not an error. */
  deleteNetwork(network: NetworkId): Promise<void>;
  /** At most `limit` records, in the order of addresses, starting after `after`. */
  records(network: NetworkId, after: NodeAddress | null, limit: number): Promise<RecordsPage>;
  /** Returns the records as they are afterwards. */
  putRecords(network: NetworkId, changes: readonly ControllerRecordChange[]): Promise<ControllerRecord[]>;
  /** Deleting something that does not exist is not an error. */
  deleteRecords(network: NetworkId, addresses: readonly NodeAddress[]): Promise<void>;
}

/** Access to the controller of one node. */
export interface ControllerWay {
  http: LocalHttp;
  /** The address that the node must have; undefined when it is unknown. */
  expected: NodeAddress | undefined;
  /** What it means for this kind of node when its daemon does not answer. */
  explain(error: unknown): { message: string; fix: string | undefined };
  signal: AbortSignal;
}

/** Why there is no controller to ask. */
export class ControllerError extends AppError {
  declare readonly code: ControllerTrouble;
  declare readonly fix: string;
  constructor(options: Explained<ControllerTrouble> & { origin?: unknown }) {
    super({ kind: 'operational', ...options });
    this.name = 'ControllerError';
  }
}

/** zerotier-one accepts a network with another controller's address in its ID, but nobody could ever join it (docs/zerotier-facts.md#controller). */
export class ForeignNetwork extends AppError {
  constructor(network: NetworkId, own: NodeAddress) {
    super({
      kind: 'user',
      ...explain('foreign-network/network', { network, controller: controllerOf(network), own }),
    });
    this.name = 'ForeignNetwork';
  }
}

/** zerotier-one answers 200 and drops what it does not understand (docs/zerotier-facts.md#controller). */
export class SettingsDropped extends AppError {
  constructor(of: string, dropped: readonly string[]) {
    super({
      kind: 'operational',
      ...explain('settings-refused/controller', { dropped: dropped.join(', '), of }),
    });
    this.name = 'SettingsDropped';
  }
}
