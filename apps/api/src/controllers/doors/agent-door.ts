import { randomInt } from 'node:crypto';
import {
  ControllerResult,
  MAX_RECORDS,
  type ControllerAsk,
  type ControllerNetwork,
  type ControllerRecord,
  type ControllerRecordChange,
  type HostRef,
  type NetworkConfig,
  type NetworkId,
  type NodeAddress,
  type NodeId,
  explainAgain,
} from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { HostCalls } from '../../bus/host-calls.service.js';
import type { ControllerDoor, ProbedController } from './controller-door.js';

/** Where a self-hosted controller is. */
export interface AgentPlace {
  host: HostRef;
  node: NodeId;
  /** Its known address; null before the first probe. */
  address: NodeAddress | null;
}

type ResultOf<Kind extends ControllerResult['result']> = Extract<ControllerResult, { result: Kind }>;

/** A page that fits comfortably into one message. */
const PAGE = 500;

/** The controller in a zerotier-one on one of our hosts. Its agent queries it locally, so nothing of it is exposed. */
export class AgentDoor implements ControllerDoor {
  constructor(
    private readonly calls: HostCalls,
    private readonly place: AgentPlace,
  ) {}

  async probe(): Promise<ProbedController> {
    const { address, version, networks } = await this.#ask({ do: 'probe' }, 'probed');
    return { address, zerotierVersion: version, networks };
  }

  async newNetworkId(): Promise<NetworkId> {
    const address = this.place.address ?? (await this.probe()).address;
    // Six digits after the address. None are reserved, but 000000 is what people write by hand.
    return `${String(address)}${randomInt(1, 0x1_00_00_00).toString(16).padStart(6, '0')}`;
  }

  async network(network: NetworkId): Promise<ControllerNetwork | undefined> {
    try {
      return (await this.#ask({ do: 'get-network', network }, 'network')).network;
    } catch (error) {
      if (error instanceof AppError && error.code === 'unknown-network') return undefined;
      throw error;
    }
  }

  async putNetwork(network: NetworkId, name: string, config: NetworkConfig): Promise<ControllerNetwork> {
    return (await this.#ask({ do: 'put-network', network, name, config }, 'network')).network;
  }

  async deleteNetwork(network: NetworkId): Promise<void> {
    await this.#ask({ do: 'delete-network', network }, 'deleted');
  }

  async records(network: NetworkId): Promise<ControllerRecord[]> {
    const all: ControllerRecord[] = [];
    for (;;) {
      const after = all.at(-1)?.address ?? null;
      const { records, more } = await this.#ask({ do: 'records', network, after, limit: PAGE }, 'records');
      all.push(...records);
      if (!more || records.length === 0) return all;
    }
  }

  async putRecords(network: NetworkId, changes: readonly ControllerRecordChange[]): Promise<ControllerRecord[]> {
    const all: ControllerRecord[] = [];
    for (const records of chunks(changes))
      all.push(...(await this.#ask({ do: 'put-records', network, records }, 'records')).records);
    return all;
  }

  async deleteRecords(network: NetworkId, addresses: readonly NodeAddress[]): Promise<void> {
    for (const some of chunks(addresses))
      await this.#ask({ do: 'delete-records', network, addresses: some }, 'deleted');
  }

  async #ask<Kind extends ControllerResult['result']>(ask: ControllerAsk, expected: Kind): Promise<ResultOf<Kind>> {
    const { host, node } = this.place;
    const answer = await this.calls
      .call(host, { op: 'controller', node, ask }, ControllerResult)
      .catch((error: unknown) => {
        throw error instanceof AppError ? away(error) : error;
      });
    if (answer.result === expected) return answer as ResultOf<Kind>;
    if (answer.result !== 'trouble') throw away(new Error(`${host.name} answered a different request`));
    const { code, cause, fix } = answer;
    const isAway = code === 'controller-not-ready' || code === 'controller-unreachable';
    throw new AppError({
      kind: 'operational',
      ...explainAgain({ code: isAway ? 'controller-away' : code, cause, fix }),
    });
  }
}

function* chunks<T>(list: readonly T[]): Generator<T[]> {
  for (let from = 0; from < list.length; from += MAX_RECORDS) yield list.slice(from, from + MAX_RECORDS);
}

const away = (origin: Error & { fix?: string | undefined }) =>
  new AppError({
    kind: 'operational',
    ...explainAgain({ code: 'controller-away', cause: origin.message, fix: origin.fix }),
    origin,
  });
