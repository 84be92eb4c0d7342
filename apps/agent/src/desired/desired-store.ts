import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DesiredState, subjects, type DesiredReply, type HostId, SignedMessage } from '@orrery/shared/contracts';
import type { Verifier } from '@orrery/shared/bus';
import { crashPoint, type Logger, writeFileDurably } from '@orrery/shared/runtime';
import { z } from 'zod';
import { NO_ITEMS, readItems, type DesiredItems } from './desired-items.js';

/** What the agent holds: revision 0 and no digest before the first state. */
export interface Held {
  revision: number;
  digest: string | null;
}

interface Current {
  record: DesiredRecord;
  held: Held;
  items: DesiredItems;
}

const digestOf = (body: string) => createHash('sha256').update(body, 'utf8').digest('hex');

/**
 * The host's desired state. A newer one is durable before it is acknowledged; acting on it is up to the listeners. The signature is
 * verified over the exact bytes, before they are parsed. The revision, counted per key, protects against replays, so a state never
 * expires.
 */
export class DesiredStore {
  #current: Current | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly home: string,
    private readonly host: HostId,
    private readonly verifier: Verifier,
    private readonly logger: Logger,
  ) {}

  /** Reads the state from disk. A damaged file counts as absent: the API sends the state again at the next hello. */
  async open(): Promise<void> {
    const reading = await readDesiredRecord(this.home);
    if (reading.result === 'none') return;
    const state = reading.result === 'read' ? parseState(reading.record.state.body) : undefined;
    if (reading.result === 'read' && state) this.#current = this.#hold(reading.record, state);
    else
      this.logger.error(
        {
          event: 'desired.damaged',
          cause: reading.result === 'damaged' ? reading.cause : 'its body is not a desired state',
        },
        'the stored desired state cannot be read; waiting for the API to send it again',
      );
  }

  get held(): Held {
    return this.#current?.held ?? { revision: 0, digest: null };
  }

  get items(): DesiredItems {
    return this.#current?.items ?? NO_ITEMS;
  }

  /** The signed state itself, to give back to an API whose database is older. */
  get signed(): SignedMessage | undefined {
    return this.#current?.record.state;
  }

  /** Calls `listener` after each newer state; returns a function that removes it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Handles messages one after the other, in order of arrival. */
  async accept(message: SignedMessage | undefined): Promise<DesiredReply> {
    const turn = this.#tail.then(() => this.#accept(message));
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  async #accept(message: SignedMessage | undefined): Promise<DesiredReply> {
    if (!message || message.subject !== subjects.desired(this.host) || !this.verifier.verifies(message))
      return this.#rejected('it is not signed for this host by a key that this agent knows');
    const state = parseState(message.body);
    if (!state) return this.#rejected('it is not a valid desired state');
    if (state.host !== this.host) return this.#rejected('it is for another host');
    const revisions = this.#current?.record.revisions ?? {};
    const seen = Object.hasOwn(revisions, message.key) ? (revisions[message.key] as number) : -1;
    if (state.revision <= seen) return this.#seenBefore(message, state.revision);
    await this.#store({ state: message, revisions: { ...revisions, [message.key]: state.revision } }, state);
    return { result: 'accepted', revision: state.revision };
  }

  #seenBefore(message: SignedMessage, revision: number): DesiredReply {
    const { held } = this;
    const same = revision === held.revision && digestOf(message.body) === held.digest;
    return same ? { result: 'accepted', revision } : { result: 'stale', revision: held.revision };
  }

  async #store(record: DesiredRecord, state: DesiredState): Promise<void> {
    crashPoint('desired.before-write');
    await writeDesiredRecord(this.home, record);
    crashPoint('desired.after-write');
    this.#current = this.#hold(record, state);
    const { revision, items, paused = false } = state;
    this.logger.info({ event: 'desired.accepted', revision, items: items.length, paused });
    for (const listener of this.#listeners) listener();
  }

  #hold(record: DesiredRecord, state: DesiredState): Current {
    const held = { revision: state.revision, digest: digestOf(record.state.body) };
    return { record, held, items: readItems(state.items, state.paused) };
  }

  #rejected(cause: string): DesiredReply {
    this.logger.warn({ event: 'desired.rejected', cause }, 'rejected a desired state');
    return { result: 'rejected', cause };
  }
}

function parseState(body: string): DesiredState | undefined {
  try {
    return DesiredState.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** The file on disk: the exact bytes with their signature, and the highest revision seen for every key that ever signed. */
export const DesiredRecord = z.object({
  state: SignedMessage,
  revisions: z.record(z.string(), z.int().nonnegative()),
});
export type DesiredRecord = z.infer<typeof DesiredRecord>;

export type DesiredReading =
  { result: 'none' } | { result: 'read'; record: DesiredRecord } | { result: 'damaged'; cause: string };

const fileOf = (home: string) => join(home, 'desired.json');

export async function readDesiredRecord(home: string): Promise<DesiredReading> {
  try {
    const record = DesiredRecord.parse(JSON.parse(await readFile(fileOf(home), 'utf8')));
    return { result: 'read', record };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { result: 'none' };
    return { result: 'damaged', cause: error instanceof Error ? error.message : String(error) };
  }
}

export const writeDesiredRecord = (home: string, record: DesiredRecord): Promise<void> =>
  writeFileDurably(fileOf(home), JSON.stringify(record));
