import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Problem } from '@orrery/shared/contracts';
import { describeError, type Logger } from '@orrery/shared/runtime';
import type { FastifyRequest } from 'fastify';
import { Store } from '../database/store.js';
import { withVisibility, type Visibility } from '../database/visibility.js';
import { writeAllToOutbox } from '../events/outbox.js';
import { LOGGER } from '../logger.js';
import { Recurring } from '../loops/recurring.js';
import { RefusalCounts, type CountedRefusals } from './refusal-counts.js';
import { splitReference } from '../references/references.service.js';

const LOOK_MS = 5000;
/**
 * Concurrent lookups of targets that were not found. Beyond that a refusal goes uncounted, because it must not cost
 * more than the request did.
 */
const MOST_LOOKUPS = 4;

/** Which of these names, IDs and addresses exist. */
const THERE = `
  SELECT r FROM unnest($1::text[]) AS r
   WHERE EXISTS (SELECT FROM hosts WHERE (id = r OR name = r) AND removed_at IS NULL) OR EXISTS (SELECT FROM nodes WHERE id = r)
      OR EXISTS (SELECT FROM node_status WHERE address = r) OR EXISTS (SELECT FROM containers WHERE id = r)
      OR EXISTS (SELECT FROM networks WHERE id = r OR name = r) OR EXISTS (SELECT FROM controllers WHERE id = r OR name = r)
      OR EXISTS (SELECT FROM commands WHERE id = r)`;

/** Reports to admins which token was refused which operation: `access.refused`, counted, never one for each request. */
@Injectable()
export class AccessRefusals implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #counts = new RefusalCounts();
  readonly #loop = new Recurring({
    ...{ everyMs: LOOK_MS, first: 'later', work: async () => this.#tell(this.#counts.summaries()) },
    failed: (cause) => this.#failed(cause),
  });
  readonly #writes = new Set<Promise<void>>();
  #lookups = 0;

  constructor(
    private readonly store: Store,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#loop.stop();
    await this.flush();
  }

  /**
   * Does not delay the answer. A target that the scope hides is refused as not found, so a lookup finds out whether
   * that was the case.
   */
  note(request: FastifyRequest, { status, code }: Problem): void {
    const { principal } = request;
    if (!principal || (status !== 403 && status !== 404)) return;
    const operation = `${request.method} ${(request.routeOptions.url ?? '').replaceAll(/:(\w+)/g, '{$1}')}`;
    const refusal = { token: principal.tokenId, name: principal.name, operation, code };
    const count = () => {
      const told = this.#counts.note(refusal);
      if (told) this.#tell([told]);
    };
    if (status === 403 || this.#counts.isKnown(refusal)) return count();
    if (!principal.scope || this.#lookups >= MOST_LOOKUPS) return;
    this.#lookups++;
    this.#keep(
      this.#isHidden(principal.scope, namedBy(request))
        .then((isHidden) => isHidden && count())
        .finally(() => this.#lookups--),
    );
  }

  /** Reports everything counted so far. */
  flush(): Promise<unknown> {
    this.#tell(this.#counts.summaries({ all: true }));
    return Promise.all(this.#writes);
  }

  async #isHidden(scope: Visibility, named: string[]): Promise<boolean> {
    const there = async () => (await this.store.query<{ r: string }[]>(THERE, [named])).map(({ r }) => r);
    const all = await withVisibility(undefined, there);
    if (all.length === 0) return false;
    const seen = new Set(await withVisibility(scope, there));
    return all.some((one) => !seen.has(one));
  }

  #tell(counted: readonly CountedRefusals[]): void {
    if (counted.length === 0) return;
    const entries = counted.map(({ since, until, ...refusal }) => {
      const [from, to] = [new Date(since).toISOString(), new Date(until).toISOString()];
      return { fact: { type: 'access.refused' as const, data: { ...refusal, since: from, until: to } } };
    });
    this.#keep(withVisibility(undefined, () => this.store.transaction((tx) => writeAllToOutbox(tx, entries))));
  }

  #keep(work: Promise<unknown>): void {
    const done: Promise<void> = work.then(
      () => undefined,
      (error: unknown) => this.#failed(describeError(error)),
    );
    this.#writes.add(done);
    void done.finally(() => this.#writes.delete(done));
  }

  #failed(cause: string): void {
    this.logger.debug({ event: 'access.refusal-not-kept', cause }, 'a refusal was not recorded');
  }
}

/** The names in the path and the filters; of HOST/CONTAINER the host. */
function namedBy({ params, query }: FastifyRequest): string[] {
  const { host, node, network, controller, command, container } = {
    ...(query as Record<string, unknown>),
    ...(params as Record<string, unknown>),
  };
  const hosts = [host, node, container].map((value) => typeof value === 'string' && splitReference(value)[0]);
  return [...hosts, network, controller, command].flatMap((value) =>
    typeof value === 'string' && !value.includes('\0') ? [value.slice(0, 200)] : [],
  );
}
