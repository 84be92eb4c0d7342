import { Injectable } from '@nestjs/common';
import type { Topology } from '@orrery/shared/contracts';
import { createHash } from 'node:crypto';
import { Store } from '../database/store.js';
import { API_VERSION } from '../version.js';
import { visibilityNow } from '../database/visibility.js';
import { judgeTopology, type TopologyRows } from './judge-topology.js';
import { SharedReads } from './shared-reads.js';
import { TopologyRepository, type TopologyTexts } from './topology.repository.js';

interface TaggedTopology {
  tag: string;
  topology: Topology;
}

/** Hosts, nodes, memberships, controllers and paths in one answer, for a picture of them all. */
@Injectable()
export class TopologyService {
  readonly #reads = new SharedReads<TaggedTopology>();

  constructor(
    private readonly store: Store,
    private readonly repository: TopologyRepository,
  ) {}

  /**
   * The tag is a hash of what was read, without the time, and of the release that judges it. The number of the last event would be cheaper, but is no
   * version of the picture: changes by people become events later, and some facts, such as a presence that the API
   * cannot judge, never do. It costs a tenth of a second in a large fleet, so requests with the same scope share it.
   */
  read(): Promise<TaggedTopology> {
    return this.#reads.read(JSON.stringify(visibilityNow() ?? null), async () => {
      const { at, ...texts } = await this.repository.read(this.store);
      return { tag: tagOf(texts), topology: judgeTopology({ at, ...parsed(texts) }) };
    });
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
