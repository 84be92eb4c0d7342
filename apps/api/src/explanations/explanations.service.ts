import { Injectable } from '@nestjs/common';
import {
  CommandId,
  explain,
  explainAgain,
  NetworkId,
  type Explanation,
  type ExplanationQuery,
  type HostId,
  type ProblemCode,
} from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { Store } from '../database/store.js';
import { References } from '../references/references.service.js';
import { EvidenceReader } from './evidence-reader.js';
import { explainHost, explainMembership, explainNode } from './explain-place.js';
import { explainCommand, explainNetwork } from './explain-wish.js';
import { HistoryReader } from './history-reader.js';
import { WishReader } from './wish-reader.js';

const NETWORK_ID = /\b[0-9a-f]{16}\b/;

type Kind = 'host' | 'node' | 'network' | 'command';

/** Tells why something is as it is: reads what is stored, and leaves the judgement to pure functions. */
@Injectable()
export class Explanations {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly evidence: EvidenceReader,
    private readonly history: HistoryReader,
    private readonly wishes: WishReader,
  ) {}

  async explain(query: ExplanationQuery): Promise<Explanation> {
    try {
      return await this.#named(await this.#explain(query));
    } catch (error) {
      throw await this.#asDeparted(query, error);
    }
  }

  /** What is not there any more says who removed it. */
  async #asDeparted(query: ExplanationQuery, error: unknown): Promise<unknown> {
    if (!(error instanceof AppError) || !error.code.startsWith('unknown-')) return error;
    const cause = await this.history.departures.of(query);
    if (cause === undefined) return error;
    return new AppError({ kind: 'user', ...explainAgain({ code: error.code as ProblemCode, cause, fix: error.fix }) });
  }

  /** Networks that are gone are named in the story as they were. */
  async #named(told: Explanation): Promise<Explanation> {
    if (!told.story.some(({ text }) => NETWORK_ID.test(text))) return told;
    const names = await this.history.departures.names();
    const inWords = (text: string) => text.replaceAll(/\b[0-9a-f]{16}\b/g, (id) => names.get(id) ?? id);
    return { ...told, story: told.story.map(({ at, text }) => ({ at, text: inWords(text) })) };
  }

  async #explain({ about, network }: ExplanationQuery): Promise<Explanation> {
    const { kind, reference } = splitKind(about);
    if (network !== undefined) return this.#membership(reference, network);
    switch (kind ?? (await this.#kindOf(reference))) {
      case 'host':
        return this.#host((await this.references.host(this.store, reference)).id);
      case 'node':
        return this.#node(reference);
      case 'network':
        return this.#network(await this.references.network(this.store, reference));
      case 'command':
        return this.#command(reference);
    }
  }

  /** What a name without a kind stands for. A name that is of two kinds is refused, with both. */
  async #kindOf(reference: string): Promise<Kind> {
    if (CommandId.safeParse(reference).success) return 'command';
    if (NetworkId.safeParse(reference.toLowerCase()).success) return 'network';
    const found: Kind[] = [];
    for (const kind of ['host', 'network', 'node'] as const) {
      if (kind === 'node' && found.length > 0) break;
      if (await this.#is(kind, reference)) found.push(kind);
    }
    const [first, second] = found;
    if (first && !second) return first;
    if (!first) throw new AppError({ kind: 'user', ...explain('unknown-reference/anything', { reference }) });
    const candidates = found.map((kind) => `${kind}:${reference}`);
    throw new AppError({
      kind: 'user',
      ...explain('ambiguous-reference/candidates', { reference, candidates: candidates.join(' or ') }),
      details: { candidates },
    });
  }

  async #is(kind: 'host' | 'node' | 'network', reference: string): Promise<boolean> {
    try {
      await this.references[kind](this.store, reference);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === `unknown-${kind}`) return false;
      throw error;
    }
  }

  async #membership(nodeReference: string, networkReference: string): Promise<Explanation> {
    const node = await this.references.node(this.store, nodeReference);
    const network = await this.references.network(this.store, networkReference);
    const [evidence, events] = await Promise.all([
      this.evidence.of(node.hostId, { node: node.id, network }),
      this.history.ofNode(node.id, node.hostId, network),
    ]);
    const membership = evidence?.memberships[0];
    if (evidence && membership) return explainMembership(evidence, membership, events);
    const cause = `nobody has asked for ${node.name} to be in ${networkReference}, and its host does not report it there`;
    throw new AppError({ kind: 'user', ...explain('unknown-membership/node', { node: node.name, cause }) });
  }

  async #node(reference: string): Promise<Explanation> {
    const { id, hostId } = await this.references.node(this.store, reference);
    const [evidence, events] = await Promise.all([
      this.evidence.of(hostId, { node: id }),
      this.history.ofNode(id, hostId),
    ]);
    const node = evidence?.nodes[0];
    if (evidence && node) return explainNode(evidence, node, events);
    throw new AppError({ kind: 'user', ...explain('unknown-node', { cause: `there is no node ${reference}` }) });
  }

  async #host(id: HostId): Promise<Explanation> {
    const [evidence, events] = await Promise.all([this.evidence.of(id), this.history.ofHost(id)]);
    if (evidence) return explainHost(evidence, events);
    throw new AppError({ kind: 'user', ...explain('unknown-host', { cause: 'it was removed in the meantime' }) });
  }

  async #network(id: NetworkId): Promise<Explanation> {
    const [evidence, events] = await Promise.all([this.wishes.network(id), this.history.ofNetwork(id)]);
    return explainNetwork(evidence, events);
  }

  async #command(reference: string): Promise<Explanation> {
    const id = CommandId.safeParse(reference).data;
    const command = id && (await this.wishes.command(id));
    if (!command)
      throw new AppError({
        kind: 'user',
        ...explain('unknown-command', { cause: `there is no command ${reference}` }),
      });
    const [host, givenNames, events] = await Promise.all([
      this.evidence.host(command.host.id),
      this.wishes.givenNames(command.networks),
      this.history.ofCommand(command.id),
    ]);
    return explainCommand({ command, host, givenNames }, events);
  }
}

/** `host:web-1`: a name with its kind. */
function splitKind(about: string): { kind?: Kind; reference: string } {
  const match = /^(host|node|network|command):(.+)$/.exec(about);
  return match ? { kind: match[1] as Kind, reference: match[2] as string } : { reference: about };
}
