import { Injectable } from '@nestjs/common';
import type { PathPage, PathQuery } from '@orrery/shared/contracts';
import { Store } from '../database/store.js';
import { NetworksService } from '../networks/networks.service.js';
import { References } from '../references/references.service.js';
import { judgePath, type PathNode, type SeenPath } from './judge-path.js';
import { pageOfPairs, type Pair } from './page-of-pairs.js';
import { PathsRepository, type Member, type Way } from './paths.repository.js';

/** How the nodes of a network reach each other, each from its own view. */
@Injectable()
export class PathsService {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly networks: NetworksService,
    private readonly repository: PathsRepository,
  ) {}

  async list(reference: string, { limit, after, node }: PathQuery): Promise<PathPage> {
    const { id } = await this.networks.get(reference);
    const only = node === undefined ? undefined : (await this.references.node(this.store, node)).id;
    const members = await this.repository.members(this.store, id);
    const { pairs, next } = pageOfPairs(members, { limit, after, only });
    const seen = await this.#seen(pairs);
    const known = await this.#known(pairs, seen);
    const of = (member: Member) => known.get(member.id) as PathNode;
    const items = pairs.map(([one, other]) =>
      judgePath(of(one), of(other), seen.get(keyOf(wayOf(one, other))), seen.get(keyOf(wayOf(other, one)))),
    );
    return { items, next };
  }

  /** The rows of both directions. */
  async #seen(pairs: readonly Pair<Member>[]): Promise<Map<string, SeenPath>> {
    const ways = pairs.flatMap(([one, other]) => [wayOf(one, other), wayOf(other, one)]);
    const distinct = [...new Map(ways.map((way) => [keyOf(way), way])).values()].filter(({ peer }) => peer !== '');
    const rows = await this.repository.paths(this.store, distinct);
    return new Map(rows.map(({ node, peer, ...row }) => [keyOf({ node, peer }), row]));
  }

  async #known(pairs: readonly Pair<Member>[], seen: ReadonlyMap<string, SeenPath>): Promise<Map<string, PathNode>> {
    const members = new Map(pairs.flat().map((member) => [member.id, member]));
    const ids = [...members.keys()];
    const rooted = await this.repository.rooted(this.store, ids);
    const blocked = await this.repository.udpBlocked(this.store, ids);
    // Only a relayed path asks for the ports, which are counted over all nodes.
    const relayed = pairs.filter(([one, other]) => seen.get(keyOf(wayOf(one, other)))?.path === 'relayed').flat();
    const ports = await this.repository.ports(this.store, [
      ...new Set(relayed.flatMap(({ address }) => address ?? [])),
    ]);
    return new Map(
      [...members.values()].map((member) => {
        const { id, address } = member;
        const more = { hasRoot: rooted.has(id), isUdpBlocked: blocked.has(id), ports: ports.get(address ?? '') ?? 0 };
        return [id, { ...member, ...more }];
      }),
    );
  }
}

const wayOf = (node: Member, peer: Member): Way => ({ node: node.id, peer: peer.address ?? '' });
const keyOf = ({ node, peer }: Way) => `${node}/${peer}`;
