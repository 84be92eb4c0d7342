import { Injectable } from '@nestjs/common';
import type { CommandId, HostId, NetworkId, NodeId } from '@orrery/shared/contracts';
import type { EventCriteria } from '../events/event-filter.js';
import type { EventRow } from '../events/event-row.js';
import { EventsRepository } from '../events/events.repository.js';
import { DeparturesReader } from './departures-reader.js';
import type { Past } from './evidence.js';
import { STORY_TYPES } from './story.js';

/** More than a story has lines, because not every event is one. */
const MOST = 60;
/** A story begins at most so long ago: partitions before that are not opened. */
const LONGEST_MS = 14 * 24 * 3600_000;

const OF_HOST = [
  'host.online',
  'host.unreachable',
  'host.paused',
  'host.resumed',
  'host.engine-down',
  'host.engine-up',
];
const OF_NETWORK = ['network.created', 'network.configured', 'network.deleted'];

/** Reads the events that a story is told from, the oldest first. */
@Injectable()
export class HistoryReader {
  constructor(
    private readonly events: EventsRepository,
    readonly departures: DeparturesReader,
  ) {}

  /** Of a node, and of its host as far as that concerns its nodes. */
  async ofNode(node: NodeId, host: HostId, network?: NetworkId): Promise<Past[]> {
    const own = { nodes: [node], types: { exact: STORY_TYPES, families: [] } };
    const around = { hosts: [host], types: { exact: OF_HOST, families: [] } };
    const about = network === undefined ? [] : [this.#read({ network, types: { exact: OF_NETWORK, families: [] } }, 5)];
    return inOrder(await Promise.all([this.#read(own, MOST), this.#read(around, 5), ...about]));
  }

  async ofHost(host: HostId): Promise<Past[]> {
    return inOrder([await this.#read({ hosts: [host], types: { exact: STORY_TYPES, families: [] } }, MOST)]);
  }

  async ofNetwork(network: NetworkId): Promise<Past[]> {
    const types = [...OF_NETWORK, 'admission.requested', 'admission.authorized', 'admission.deauthorized'];
    return inOrder([await this.#read({ network, types: { exact: types, families: [] } }, MOST)]);
  }

  async ofCommand(command: CommandId): Promise<Past[]> {
    return inOrder([await this.#read({ command, types: { exact: STORY_TYPES, families: [] } }, MOST)]);
  }

  #read(criteria: EventCriteria, limit: number): Promise<EventRow[]> {
    return this.events.list({ criteria, since: new Date(Date.now() - LONGEST_MS), order: 'desc', limit });
  }
}

const inOrder = (lists: EventRow[][]): Past[] =>
  lists
    .flat()
    .sort((a, b) => a.id - b.id)
    .filter(({ id }, at, all) => id !== all[at - 1]?.id)
    .map(({ happenedAt, committedAt, type, networkId, subject, data }) => ({
      ...{ at: (happenedAt ?? committedAt).toISOString(), type, network: networkId, subject, data },
    }));
