import type {
  ControllerNetwork,
  ControllerRecord,
  ControllerRecordChange,
  NetworkConfig,
  NetworkId,
  NodeAddress,
} from '@orrery/shared/contracts';
import {
  SettingsDropped,
  type ControllerApi,
  type ProbedController,
  type RecordsPage,
  type ControllerWay,
} from '@orrery/shared/machine';
import { fewAtATime } from '@orrery/shared/runtime';
import { BulkRecords, DaemonRecord, NetworkList, recordBody, RecordList } from './controller-answers.js';
import { droppedOfNetwork, droppedOfRecord } from './controller-dropped.js';
import { ControllerHttp } from './controller-http.js';
import { DaemonControllerNetwork, networkBody } from './controller-network.js';
import { readAnswer } from './local-api.js';

/** Requests at a time, because the daemon answers everybody with a few threads. */
const AT_ONCE = 4;
/** Up to this many records are requested one by one, even if all can be listed at once. */
const FEW = 4;
/** In a network with more records than this, the answer with all of them would be too long. */
const MOST_IN_BULK = 5_000;

const pathOf = (network: NetworkId): string => `/controller/network/${network}`;
const recordsOf = (network: NetworkId): string => `${pathOf(network)}/member`;
const recordOf = (network: NetworkId, address: NodeAddress): string => `${recordsOf(network)}/${address}`;

/** The controller of a zerotier-one, over its HTTP. */
export class ControllerClient implements ControllerApi {
  private readonly http: ControllerHttp;
  /** Networks requested ahead of time, each for the next change of its records. */
  private readonly ahead = new Map<NetworkId, Promise<ControllerNetwork>>();

  constructor(way: ControllerWay) {
    this.http = new ControllerHttp(way);
  }

  async probe(): Promise<ProbedController> {
    const { address, version } = await this.http.status();
    await this.http.assertController();
    return { address, version, networks: await this.http.read('/controller/network', NetworkList) };
  }

  lookAhead(network: NetworkId): void {
    const asked = this.network(network);
    asked.catch(() => undefined);
    this.ahead.set(network, asked);
  }

  async network(network: NetworkId): Promise<ControllerNetwork> {
    await this.http.assertOwn(network);
    return this.http.read(pathOf(network), DaemonControllerNetwork, network);
  }

  async putNetwork(network: NetworkId, name: string, config: NetworkConfig): Promise<ControllerNetwork> {
    await this.http.assertOwn(network);
    const body = networkBody(name, config);
    if ((await this.http.ask({ method: 'POST', path: pathOf(network), body })) === undefined)
      return this.http.missing(network);
    const is = await this.network(network);
    const dropped = droppedOfNetwork(config, is.config);
    if (dropped.length > 0) throw new SettingsDropped(`the network ${network}`, dropped);
    return is;
  }

  async deleteNetwork(network: NetworkId): Promise<void> {
    await this.http.assertOwn(network);
    if ((await this.http.ask({ method: 'DELETE', path: pathOf(network) })) === undefined)
      await this.http.assertController();
  }

  async records(network: NetworkId, after: NodeAddress | null, limit: number): Promise<RecordsPage> {
    await this.http.assertOwn(network);
    const all = await this.http.read(recordsOf(network), RecordList, network);
    const left = all.filter((address) => after === null || address > after);
    const page = left.slice(0, limit);
    const inBulk = page.length > FEW && all.length <= MOST_IN_BULK ? await this.inBulk(network, page) : undefined;
    return { records: inBulk ?? (await this.oneByOne(network, page)), more: left.length > page.length };
  }

  /** Requests the network first: whether a controller accepts records of one that does not exist was never tested. */
  async putRecords(network: NetworkId, changes: readonly ControllerRecordChange[]): Promise<ControllerRecord[]> {
    const asked = this.ahead.get(network) ?? this.network(network);
    this.ahead.delete(network);
    await asked;
    return fewAtATime(AT_ONCE, changes, (change) => this.putRecord(network, change));
  }

  async deleteRecords(network: NetworkId, addresses: readonly NodeAddress[]): Promise<void> {
    await this.network(network);
    await fewAtATime(AT_ONCE, addresses, (address) =>
      this.http.ask({ method: 'DELETE', path: recordOf(network, address) }),
    );
  }

  /** The answer is the record as written, and so shows what was dropped (docs/zerotier-facts.md#controller). */
  private async putRecord(network: NetworkId, change: ControllerRecordChange): Promise<ControllerRecord> {
    const path = recordOf(network, change.address);
    const answer = await this.http.ask({ method: 'POST', path, body: recordBody(change) });
    if (answer === undefined) return this.http.missing(network);
    const is = readAnswer(DaemonRecord, answer, `POST ${path}`);
    const dropped = droppedOfRecord(change, is);
    if (dropped.length > 0) throw new SettingsDropped(`the record of ${change.address} in ${network}`, dropped);
    return is;
  }

  /** Undefined if this release cannot list all records at once. */
  private async inBulk(network: NetworkId, page: readonly NodeAddress[]): Promise<ControllerRecord[] | undefined> {
    const path = `/unstable${recordsOf(network)}`;
    const answer = await this.http.ask({ method: 'GET', path });
    if (answer === undefined) return undefined;
    const records = new Map(readAnswer(BulkRecords, answer, `GET ${path}`).map((record) => [record.address, record]));
    return page.flatMap((address) => records.get(address) ?? []);
  }

  /** Omits records that were deleted meanwhile. */
  private async oneByOne(network: NetworkId, page: readonly NodeAddress[]): Promise<ControllerRecord[]> {
    const records = await fewAtATime(AT_ONCE, page, async (address) => {
      const path = recordOf(network, address);
      const answer = await this.http.ask({ method: 'GET', path });
      return answer === undefined ? [] : [readAnswer(DaemonRecord, answer, `GET ${path}`)];
    });
    return records.flat();
  }
}
