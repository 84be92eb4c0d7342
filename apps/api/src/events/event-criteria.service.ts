import { Injectable } from '@nestjs/common';
import {
  closest,
  CommandId,
  ContainerId,
  EVENT_TYPES,
  HostId,
  NetworkId,
  NodeAddress,
  NodeId,
  type EventStreamQuery,
  type ProblemCode,
  explain,
} from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { Store } from '../database/store.js';
import { hidesFromAsker } from '../database/visibility.js';
import { badRequest } from '../http/schema.pipe.js';
import { holdersOf } from '../nodes/node-addresses.js';
import { splitReference } from '../references/references.service.js';
import type { EventCriteria, TypeCriteria } from './event-filter.js';
import { TYPE_PREFIX } from './event-row.js';

type Criteria = Omit<EventStreamQuery, 'after'>;

type UnknownCode = Extract<ProblemCode, `unknown-${string}`>;

const unknown = (code: UnknownCode, noun: string, reference: string) =>
  new AppError({ kind: 'user', ...explain(code, { cause: `there is no ${noun} ${reference}, and never was` }) });

/** Resolves the filters of events. Unlike elsewhere, a name also finds removed things, because their history stays. */
@Injectable()
export class EventCriteriaService {
  constructor(private readonly store: Store) {}

  async resolve({ host, node, container, network, command, type }: Criteria): Promise<EventCriteria> {
    const criteria: EventCriteria = {};
    if (hidesFromAsker()) criteria.withoutAudit = true;
    if (host !== undefined) criteria.hosts = await this.#hosts(host);
    if (node !== undefined) await this.#node(criteria, node);
    if (container !== undefined) await this.#container(criteria, container);
    if (network !== undefined) criteria.network = await this.#network(network);
    if (command !== undefined) criteria.command = commandOf(command);
    if (type !== undefined) criteria.types = typesOf(type);
    return criteria;
  }

  async #hosts(reference: string): Promise<string[]> {
    if (HostId.safeParse(reference).success) return [reference];
    return this.#ids('SELECT id FROM hosts WHERE name = $1', reference, 'unknown-host', 'host');
  }

  /**
   * HOST/CONTAINER by their names at the time; HOST: its own daemon; an ID; an address: its owner, or all nodes that
   * show one that is nobody's.
   */
  async #node(criteria: EventCriteria, reference: string): Promise<void> {
    const [host, container] = splitReference(reference);
    if (container !== undefined) {
      criteria.hosts = await this.#hosts(host);
      criteria.container = container;
    } else if (NodeId.safeParse(reference).success) criteria.nodes = [reference];
    else criteria.nodes = await this.#nodes(reference);
  }

  async #nodes(reference: string): Promise<string[]> {
    const query = NodeAddress.safeParse(reference).success
      ? `SELECT node_id AS id FROM node_addresses
          WHERE node_id IN (${holdersOf('ARRAY[$1]')}) AND (address = $1 OR (shown = $1 AND standing = 'contested'))
         UNION SELECT node_id FROM hosts WHERE name = $1`
      : 'SELECT node_id AS id FROM hosts WHERE name = $1 OR id = $1';
    return this.#ids(query, reference, 'unknown-node', 'node');
  }

  async #container(criteria: EventCriteria, reference: string): Promise<void> {
    const [host, name] = splitReference(reference);
    if (name !== undefined) {
      criteria.hosts = await this.#hosts(host);
      criteria.container = name;
    } else if (ContainerId.safeParse(reference).success) {
      const query =
        'SELECT node_id AS id FROM containers WHERE id = $1 UNION SELECT node_id FROM commands WHERE container_id = $1';
      criteria.nodes = await this.#ids(query, reference, 'unknown-container', 'container');
    } else criteria.container = reference;
  }

  async #network(reference: string): Promise<string> {
    const id = NetworkId.safeParse(reference.toLowerCase());
    if (id.success) return id.data;
    const [found] = await this.#ids('SELECT id FROM networks WHERE name = $1', reference, 'unknown-network', 'network');
    return found as string;
  }

  async #ids(query: string, reference: string, code: UnknownCode, noun: string): Promise<string[]> {
    const rows = await this.store.query<{ id: string | null }[]>(query, [reference]);
    const ids = rows.flatMap(({ id }) => id ?? []);
    if (ids.length === 0) throw unknown(code, noun, reference);
    return ids;
  }
}

function commandOf(reference: string): string {
  if (CommandId.safeParse(reference).success) return reference;
  throw unknown('unknown-command', 'command', reference);
}

/** Every type, and every family of types. */
const KNOWN: ReadonlySet<string> = new Set(
  EVENT_TYPES.flatMap((type) => [
    type,
    ...type.split('.').flatMap((_part, at, parts) => (at > 0 ? `${parts.slice(0, at).join('.')}.*` : [])),
  ]),
);

function unknownType(term: string): AppError {
  const text = term.slice(0, 80);
  const [near] = closest(text.startsWith(TYPE_PREFIX) ? text.slice(TYPE_PREFIX.length) : text, [...KNOWN], 1);
  const meant = near ? `did you mean ${near}?` : 'write authorization.requested or authorization.*';
  return badRequest([{ path: ['type'], message: `there is no event type "${text}"; ${meant}` }]);
}

/** `authorization.*,host.online`, with or without the prefix that they have outside. */
export function typesOf(text: string): TypeCriteria {
  const types: TypeCriteria = { exact: [], families: [] };
  for (const term of text.split(',').map((part) => part.trim())) {
    const type = term.startsWith(TYPE_PREFIX) ? term.slice(TYPE_PREFIX.length) : term;
    if (!KNOWN.has(type)) throw unknownType(term);
    if (type.endsWith('.*')) types.families.push(type.slice(0, -1));
    else types.exact.push(type);
  }
  return types;
}
