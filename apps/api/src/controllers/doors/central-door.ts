import {
  explain,
  type ControllerNetwork,
  type ControllerRecord,
  type ControllerRecordChange,
  type NetworkConfig,
  type NetworkId,
  type NodeAddress,
} from '@orrery/shared/contracts';
import { AppError, fewAtATime } from '@orrery/shared/runtime';
import { z } from 'zod';
import { CentralClient, type CentralSettings } from './central-client.js';
import {
  networkForCentral,
  networkOfCentral,
  recordForCentral,
  recordOfCentral,
  CentralMember,
  CentralNetwork,
  CentralNetworkName,
  CentralStatus,
} from './central-mapping.js';
import { centralAway, centralRefused } from './central-trouble.js';
import type { ControllerDoor, ProbedController } from './controller-door.js';

/**
 * The number of requests that one call has under way at a time, so that a single request does not wait behind hundreds.
 */
const AT_A_TIME = 8;

/**
 * ZeroTier Central, the legacy API v1 (its OpenAPI document; docs/zerotier-facts.md#controller). One door for each
 * controller: it holds the queue that keeps the rate limit. In addition to the errors of the interface, throws
 * `bad-request` when Central does not accept a network.
 */
export class CentralDoor implements ControllerDoor {
  private readonly client: CentralClient;

  constructor(settings: CentralSettings) {
    this.client = new CentralClient(settings);
  }

  /** Refuses waiting requests from now on. */
  close(): void {
    this.client.close();
  }

  /** Central's own version has no meaning here. */
  async probe(): Promise<ProbedController> {
    const status = there(await this.client.ask(CentralStatus, 'GET', '/status'), '/status');
    if (!status.user) throw centralRefused('ZeroTier Central does not know the token: it belongs to no account');
    const networks = there(await this.client.ask(z.array(CentralNetworkName), 'GET', '/network'), '/network');
    return { address: null, zerotierVersion: null, networks: networks.map(({ id }) => id) };
  }

  /** If its answer is lost, a network without a name remains in Central. */
  async newNetworkId(): Promise<NetworkId> {
    return there(await this.client.ask(CentralNetworkName, 'POST', '/network', {}), '/network').id;
  }

  async network(network: NetworkId): Promise<ControllerNetwork | undefined> {
    const found = await this.client.ask(CentralNetwork, 'GET', `/network/${network}`);
    return found && networkOfCentral(found);
  }

  async putNetwork(network: NetworkId, name: string, config: NetworkConfig): Promise<ControllerNetwork> {
    const body = networkForCentral(name, config);
    const put = await this.client.ask(CentralNetwork, 'POST', `/network/${network}`, body);
    if (!put) throw unknownNetwork(network);
    return networkOfCentral(put);
  }

  async deleteNetwork(network: NetworkId): Promise<void> {
    await this.client.delete(`/network/${network}`);
  }

  async records(network: NetworkId): Promise<ControllerRecord[]> {
    const members = await this.client.ask(z.array(CentralMember), 'GET', `/network/${network}/member`);
    if (!members) throw unknownNetwork(network);
    return members.map(recordOfCentral);
  }

  async putRecords(network: NetworkId, changes: readonly ControllerRecordChange[]): Promise<ControllerRecord[]> {
    return fewAtATime(AT_A_TIME, changes, async (change) => {
      const path = `/network/${network}/member/${change.address}`;
      const member = await this.client.ask(CentralMember, 'POST', path, recordForCentral(change));
      if (!member) throw unknownNetwork(network);
      if (member.nodeId !== change.address)
        throw centralAway(`ZeroTier Central answered POST ${path} with the record of another node`);
      return recordOfCentral(member);
    });
  }

  async deleteRecords(network: NetworkId, addresses: readonly NodeAddress[]): Promise<void> {
    await fewAtATime(AT_A_TIME, addresses, (address) => this.client.delete(`/network/${network}/member/${address}`));
  }
}

/** For paths that every Central has. */
function there<T>(answer: T | undefined, path: string): T {
  if (answer !== undefined) return answer;
  throw new AppError({ kind: 'operational', ...explain('controller-away/no-central', { path }) });
}

const unknownNetwork = (network: NetworkId) =>
  new AppError({ kind: 'user', ...explain('unknown-network/central', { network }) });
