import { Injectable } from '@nestjs/common';
import type { Topology } from '@orrery/shared/contracts';
import { createHash } from 'node:crypto';
import { Store } from '../database/store.js';
import { API_VERSION } from '../version.js';
import { judgeTopology, type TopologyRows } from './judge-topology.js';
import { TopologyRepository, type TopologyTexts } from './topology.repository.js';

/** Hosts, nodes, memberships, controllers and paths in one answer, for a picture of them all. */
@Injectable()
export class TopologyService {
  constructor(
    private readonly store: Store,
    private readonly repository: TopologyRepository,
  ) {}

  /**
   * The tag is a hash of what was read, without the time, and of the release that judges it. The number of the last event would be cheaper, but is no
   * version of the picture: changes by people become events later, and some facts, such as a presence that the API
   * cannot judge, never do.
   */
  async read(): Promise<{ tag: string; topology: Topology }> {
    const { at, ...texts } = await this.repository.read(this.store);
    return { tag: tagOf(texts), topology: judgeTopology({ at, ...parsed(texts) }) };
  }
}

type Texts = Omit<TopologyTexts, 'at'>;

function tagOf(texts: Texts): string {
  const hash = createHash('sha256').update(API_VERSION);
  for (const text of Object.values(texts)) hash.update(text).update('\n');
  return `W/"${hash.digest('base64url').slice(0, 16)}"`;
}

const parsed = (texts: Texts) =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, JSON.parse(text) as unknown])) as Omit<
    TopologyRows,
    'at'
  >;
