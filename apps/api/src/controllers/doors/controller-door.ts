import type {
  ControllerNetwork,
  ControllerRecord,
  ControllerRecordChange,
  NetworkConfig,
  NetworkId,
  NodeAddress,
} from '@orrery/shared/contracts';

export interface ProbedController {
  /** Null for Central, whose networks are named after a controller that it chooses. */
  address: NodeAddress | null;
  zerotierVersion: string | null;
  networks: NetworkId[];
}

/**
 * One controller, however it is reached. All calls may be repeated. Throws AppError: `controller-away` (it cannot be
 * reached now; operational), `controller-absent` (there is none), `central-refused`, `central-address-refused` (its URL
 * leads where the API does not connect), `central-new-unsupported`, `unknown-network` (it has no such network).
 */
export interface ControllerDoor {
  probe(): Promise<ProbedController>;
  /** An ID for a new network. Central picks it itself, and the network then already exists. */
  newNetworkId(): Promise<NetworkId>;
  /** Undefined if it has no such network. */
  network(network: NetworkId): Promise<ControllerNetwork | undefined>;
  /** Creates or updates it. Returns the network as the controller then has it. */
  putNetwork(network: NetworkId, name: string, config: NetworkConfig): Promise<ControllerNetwork>;
  /** Deleting a missing network is not an error. */
  deleteNetwork(network: NetworkId): Promise<void>;
  /** All records. */
  records(network: NetworkId): Promise<ControllerRecord[]>;
  /** Returns these records as they are afterwards. Accepts any number. */
  putRecords(network: NetworkId, changes: readonly ControllerRecordChange[]): Promise<ControllerRecord[]>;
  /** Deleting a missing record is not an error. Accepts any number. */
  deleteRecords(network: NetworkId, addresses: readonly NodeAddress[]): Promise<void>;
}
