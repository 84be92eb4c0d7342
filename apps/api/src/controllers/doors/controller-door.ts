import type {
  ControllerNetwork,
  ControllerRecord,
  ControllerRecordChange,
  NetworkConfig,
  NetworkId,
  NodeAddress,
} from '@orrery/shared/contracts';

export interface ProbedController {
  /** Null of Central, whose networks are named after a controller that it chooses. */
  address: NodeAddress | null;
  zerotierVersion: string | null;
  networks: NetworkId[];
}

/**
 * One controller, however it is reached. All of it may be repeated. Throws AppError: `controller-away` (it cannot be asked now; operational),
 * `controller-absent` (there is none), `central-refused`, `central-address-refused` (its URL leads where the API does not go), `central-new-unsupported`, `unknown-network` (it has no such network).
 */
export interface ControllerDoor {
  probe(): Promise<ProbedController>;
  /** An id for a network that is to be made. Of Central, which picks it itself, the network is there then. */
  newNetworkId(): Promise<NetworkId>;
  /** Undefined: it has no such network. */
  network(network: NetworkId): Promise<ControllerNetwork | undefined>;
  /** Makes it, or makes it so; gives it as the controller has it then. */
  putNetwork(network: NetworkId, name: string, config: NetworkConfig): Promise<ControllerNetwork>;
  /** Deleting what is not there is no error. */
  deleteNetwork(network: NetworkId): Promise<void>;
  /** All of them. */
  records(network: NetworkId): Promise<ControllerRecord[]>;
  /** Gives these records as they are then. Any number. */
  putRecords(network: NetworkId, changes: readonly ControllerRecordChange[]): Promise<ControllerRecord[]>;
  /** Deleting what is not there is no error. Any number. */
  deleteRecords(network: NetworkId, addresses: readonly NodeAddress[]): Promise<void>;
}
