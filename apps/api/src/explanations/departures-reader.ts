import { Injectable } from '@nestjs/common';
import { type NetworkId, type ExplanationQuery, type HostId, type NodeId } from '@orrery/shared/contracts';
import { Store } from '../database/store.js';
import type { EventRow } from '../events/event-row.js';
import { EventsRepository } from '../events/events.repository.js';
import { References, splitReference } from '../references/references.service.js';

/** `at`: as ISO 8601. */
interface Departure {
  what: string;
  by: string;
  at: string;
}

/** Of hosts and networks together; older ones are forgotten here, as their names may be used again. */
const MOST = 500;
const LONGEST_MS = 14 * 24 * 3600_000;

/** How something ended that is not there any more, told from the history: a page that is open on it says so. */
@Injectable()
export class DeparturesReader {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly events: EventsRepository,
  ) {}

  /** `shop was removed by anna at …`; undefined: it never was, or too long ago. */
  async of(query: ExplanationQuery): Promise<string | undefined> {
    const end = await this.#of(query);
    return end && `${end.what} by ${end.by} at ${end.at}`;
  }

  async #of({ about, network }: ExplanationQuery): Promise<Departure | undefined> {
    const reference = about.replace(/^(host|node|network):/, '');
    const [host, container] = splitReference(reference);
    const ofNode = container === undefined ? undefined : await this.#container(host, container);
    if (network !== undefined) return ofNode ?? (await this.#left(reference, network)) ?? this.#ended(network);
    return ofNode ?? this.#ended(reference);
  }

  /** The names of networks that were deleted, by their IDs. */
  async names(): Promise<ReadonlyMap<string, string>> {
    const ends = await this.#read('network.deleted');
    return new Map(ends.flatMap(({ networkId, data }) => (networkId ? [[networkId, String(data.name)] as const] : [])));
  }

  async #container(host: string, container: string): Promise<Departure | undefined> {
    const [end] = await this.store.query<{ by: string; at: Date }[]>(
      `SELECT c.created_by AS by, c.ended_at AS at FROM commands c JOIN hosts h ON h.id = c.host_id
        WHERE (h.name = $1 OR h.id = $1) AND c.action = 'remove' AND c.target = $2 || ' on ' || h.name AND c.state = 'done'
        ORDER BY c.created_at DESC LIMIT 1`,
      [host, container],
    );
    return end && { what: `${host}/${container} was removed`, by: end.by, at: end.at.toISOString() };
  }

  async #left(reference: string, networkReference: string): Promise<Departure | undefined> {
    const found = await this.references.node(this.store, reference).catch(() => undefined);
    const network = await this.references.network(this.store, networkReference).catch(() => undefined);
    return found && network ? this.#leave(found, network) : undefined;
  }

  async #leave(node: { id: NodeId; hostId: HostId; name: string }, network: NetworkId): Promise<Departure | undefined> {
    const [end] = await this.store.query<{ by: string; at: Date; given: string | null }[]>(
      `SELECT created_by AS by, ended_at AS at, (SELECT name FROM networks WHERE id = $3) AS given FROM commands
        WHERE host_id = $1 AND node_id = $2 AND action = 'leave' AND $3 = ANY (network_ids) AND state = 'done'
        ORDER BY created_at DESC LIMIT 1`,
      [node.hostId, node.id, network],
    );
    const from = end?.given ?? network;
    return end && { what: `${node.name} was removed from ${from}`, by: end.by, at: end.at.toISOString() };
  }

  /** A host by its name, or a network by its name or ID. */
  async #ended(reference: string): Promise<Departure | undefined> {
    const ends = await this.#read('network.deleted', 'host.removed');
    const isIt = ({ networkId, hostId, data }: EventRow) =>
      [networkId, hostId, data.name].includes(reference) && typeof data.by === 'string';
    const end = ends.find(isIt);
    return end && { what: `${String(end.data.name)} was removed`, by: String(end.data.by), at: iso(end) };
  }

  #read(...exact: string[]): Promise<EventRow[]> {
    const since = new Date(Date.now() - LONGEST_MS);
    return this.events.list({ criteria: { types: { exact, families: [] } }, since, order: 'desc', limit: MOST });
  }
}

const iso = ({ happenedAt, committedAt }: EventRow): string => (happenedAt ?? committedAt).toISOString();
