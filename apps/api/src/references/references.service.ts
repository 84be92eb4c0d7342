import { Injectable } from '@nestjs/common';
import { NetworkId, explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { Sql } from '../database/sql.js';
import { ReferencesRepository } from './references.repository.js';

export type { FoundContainer, FoundHost, FoundNode } from './references.repository.js';

/**
 * Resolves references that people write: HOST is a name or an ID; NODE is HOST (its own daemon), HOST/CONTAINER, an
 * address or an ID; CONTAINER is HOST/NAME, an ID, or a name that only one host has; NETWORK is 16 hex digits or a name
 * that was given here. HOST.CONTAINER is the same as HOST/CONTAINER, in a form that a URL path can hold (ADR 29).
 */
@Injectable()
export class References {
  constructor(private readonly repository: ReferencesRepository) {}

  async host(sql: Sql, reference: string) {
    const found = await this.repository.hosts(sql, reference);
    return only(found, reference, 'unknown-host', 'host', ({ name }) => name);
  }

  async node(sql: Sql, reference: string) {
    const [host, container] = splitReference(reference);
    const found =
      container === undefined
        ? await this.repository.nodes(sql, reference)
        : await this.repository.nodesOfContainer(sql, host, container);
    if (found.length === 0) await this.#refuseClaimed(sql, reference);
    return only(found, reference, 'unknown-node', 'node', ({ name }) => name);
  }

  /**
   * An address that nodes show, but that is not certainly theirs, names none of them. The other node may be outside the
   * scope of the token.
   */
  async #refuseClaimed(sql: Sql, reference: string): Promise<void> {
    const [first, ...more] = await this.repository.claimants(sql, reference);
    if (first === undefined) return;
    if (more.length > 0) throw ambiguous(reference, [first, ...more]);
    throw new AppError({
      kind: 'user',
      ...explain('address-claimed/reference', { reference, node: first }),
      details: { candidates: [first] },
    });
  }

  async container(sql: Sql, reference: string) {
    const [host, container] = splitReference(reference);
    const found =
      container === undefined
        ? await this.repository.containers(sql, reference)
        : await this.repository.containersOfHost(sql, host, container);
    return only(found, reference, 'unknown-container', 'container', ({ hostName, name }) => `${hostName}/${name}`);
  }

  /** The node of a container, which the reference must name with its host. */
  async nodeOfContainer(sql: Sql, host: string, container: string) {
    const found = await this.repository.nodesOfContainer(sql, host, container);
    return only(found, `${host}/${container}`, 'unknown-container', 'container', ({ name }) => name);
  }

  async network(sql: Sql, reference: string): Promise<NetworkId> {
    const id = NetworkId.safeParse(reference.toLowerCase());
    if (id.success) return id.data;
    const named = await this.repository.networkByName(sql, reference);
    if (named) return named;
    throw new AppError({ kind: 'user', ...explain('unknown-network/name', { reference }) });
  }

  async controller(sql: Sql, reference: string) {
    const found = await this.repository.controllers(sql, reference);
    return only(found, reference, 'unknown-controller', 'controller', ({ name }) => name);
  }

  /** The named one, or the only one that exists. */
  async controllerOrOnly(sql: Sql, reference: string | undefined) {
    if (reference !== undefined) return this.controller(sql, reference);
    const [first, second] = await this.repository.controllers(sql);
    if (first && !second) return first;
    throw new AppError({ kind: 'user', ...explain(first ? 'no-controller/several' : 'no-controller/none') });
  }

  /** The IDs behind the filters of a list. */
  async filter(
    sql: Sql,
    query: { host?: string | undefined; node?: string | undefined; network?: string | undefined },
  ) {
    return {
      host: query.host === undefined ? undefined : (await this.host(sql, query.host)).id,
      node: query.node === undefined ? undefined : (await this.node(sql, query.node)).id,
      network: query.network === undefined ? undefined : await this.network(sql, query.network),
    };
  }
}

/** HOST/CONTAINER or HOST.CONTAINER: a name has neither a slash nor a dot. */
export function splitReference(reference: string): [string, string | undefined] {
  const at = reference.search(/[/.]/);
  return at < 0 ? [reference, undefined] : [reference.slice(0, at), reference.slice(at + 1)];
}

type UnknownCode = 'unknown-host' | 'unknown-node' | 'unknown-container' | 'unknown-controller';

function only<T extends { id: string }>(
  found: T[],
  reference: string,
  unknown: UnknownCode,
  noun: string,
  nameOf: (one: T) => string,
): T {
  const [first, second] = found;
  if (first && !second) return first;
  if (!first) throw new AppError({ kind: 'user', ...explain(unknown, { cause: `there is no ${noun} ${reference}` }) });
  const names = found.map(nameOf);
  const candidates = new Set(names).size === names.length ? names : found.map(({ id }) => id);
  throw ambiguous(reference, candidates);
}

const ambiguous = (reference: string, candidates: string[]) =>
  new AppError({
    kind: 'user',
    ...explain('ambiguous-reference/candidates', { reference, candidates: candidates.join(' or ') }),
    details: { candidates },
  });
