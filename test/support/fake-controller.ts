import type {
  Call,
  CallReply,
  ControllerAsk,
  ControllerNetwork,
  ControllerRecord,
  ControllerResult,
  NetworkId,
  NodeAddress,
} from '@orrery/shared/contracts';

/** A controller behind an agent, as far as calls show one: records in memory, and the requests that it received. */
export class FakeController {
  readonly networks = new Map<NetworkId, ControllerNetwork>();
  readonly records = new Map<NetworkId, Map<NodeAddress, ControllerRecord>>();
  readonly asked: ControllerAsk[] = [];
  /** If set, it answers with this problem. */
  trouble: Extract<ControllerResult, { result: 'trouble' }> | undefined;

  constructor(public address: NodeAddress) {}

  /** A node appears about which nobody has decided. */
  showUp(network: NetworkId, address: NodeAddress): void {
    this.#put(network, { address, version: '1.14.1' });
  }

  record(network: NetworkId, address: NodeAddress): ControllerRecord | undefined {
    return this.records.get(network)?.get(address);
  }

  answer({ op }: Call): CallReply {
    if (op.op !== 'controller') return { result: 'ok', value: {} };
    this.asked.push(op.ask);
    return { result: 'ok', value: this.trouble ?? this.#do(op.ask) };
  }

  #do(ask: ControllerAsk): ControllerResult {
    if (ask.do === 'probe')
      return { result: 'probed', address: this.address, version: '1.14.1', networks: [...this.networks.keys()] };
    if (ask.do === 'put-network') {
      const network = { id: ask.network, name: ask.name, config: ask.config };
      this.networks.set(ask.network, network);
      return { result: 'network', network };
    }
    const network = this.networks.get(ask.network);
    const records = this.records.get(ask.network) ?? new Map<NodeAddress, ControllerRecord>();
    if (ask.do === 'delete-network') {
      this.networks.delete(ask.network);
      this.records.delete(ask.network);
      return { result: 'deleted' };
    }
    if (!network) return { result: 'trouble', code: 'unknown-network', cause: 'there is no such network', fix: 'none' };
    switch (ask.do) {
      case 'get-network':
        return { result: 'network', network };
      case 'records':
        return { result: 'records', records: [...records.values()], more: false };
      case 'put-records':
        return { result: 'records', records: ask.records.map((change) => this.#put(ask.network, change)), more: false };
      case 'delete-records':
        for (const address of ask.addresses) records.delete(address);
        return { result: 'deleted' };
    }
  }

  #put(network: NetworkId, change: Partial<ControllerRecord> & { address: NodeAddress }): ControllerRecord {
    const records = this.records.get(network) ?? new Map<NodeAddress, ControllerRecord>();
    this.records.set(network, records);
    const nothing = { authorized: false, name: '', addresses: [], bridge: false, noAutoAssign: false, version: null };
    const record = { ...nothing, ...records.get(change.address), ...change };
    records.set(change.address, record);
    return record;
  }
}
