import { fitText, MAX_CAUSE, type AgentEvent, type AgentFact, type Epoch, explain } from '@orrery/shared/contracts';
import { AppError, crashPoint, describeError, newId, type Logger } from '@orrery/shared/runtime';
import { fitFact } from './fit-fact.js';
import { readHead, writeHead, findLostTail } from './head-file.js';
import { keys, putEpoch, type EpochRecord } from './journal-keys.js';
import { unconfirmedBytes, loadJournal, type LoadedEpoch, readBatch } from './journal-loader.js';
import { LevelStore, type Opening, type Write } from './level-store.js';
import { EMPTY_MEMORY, type Memory } from '../pure/memory.js';
import { expiredClaims, firstToKeep, RETENTION, type Retention } from './retention.js';
import { findingsAfter, salvage, type Stamped } from './salvage.js';

/** One atomic write: facts, and the memory that marks them as reported. */
export interface Commit {
  facts: readonly AgentFact[];
  memory?: Partial<Memory>;
}

export interface JournalOptions {
  folder: string;
  logger: Logger;
  /** How large the unconfirmed events may grow before `full`. */
  capBytes: number;
  now?: () => Date;
  retention?: Retention;
}

/**
 * The record of what happened and is not yet confirmed. Each start is an epoch with a sequence from 1. Facts and the memory behind
 * them are one atomic, synced write, and writes never overlap. After a failed write the journal is reopened and read back, because
 * nothing is assumed about what reached the disk.
 */
export class Journal {
  readonly #store: LevelStore;
  readonly #now: () => Date;
  readonly #listeners = new Set<() => void>();
  #epochs: LoadedEpoch[] = [];
  #memory: Memory = EMPTY_MEMORY;
  #tail: Promise<unknown> = Promise.resolve();
  #broken = false;
  #damage: string[] = [];

  constructor(private readonly options: JournalOptions) {
    this.#store = new LevelStore(options.folder, options.logger);
    this.#now = options.now ?? (() => new Date());
  }

  /** Opens the journal and begins a new epoch. */
  open(): Promise<void> {
    return this.#exclusive(async () => {
      const opening = await this.#store.open();
      await this.#load(opening);
      await this.#begin(await this.#lostTail());
    });
  }

  get epoch(): Epoch {
    return this.#current.epoch;
  }

  /** Last event of the current epoch; 0 before the first. */
  get head(): number {
    return this.#current.head;
  }

  get memory(): Memory {
    return this.#memory;
  }

  /** Sentences about damage that was found. */
  get damage(): readonly string[] {
    return this.#damage;
  }

  /** All epochs that still have a record, oldest first; the last is the current one. */
  get epochs(): readonly Readonly<LoadedEpoch>[] {
    return this.#epochs;
  }

  /** True when the unconfirmed events have grown to the cap. */
  get full(): boolean {
    return this.#epochs.reduce((sum, epoch) => sum + unconfirmedBytes(epoch), 0) >= this.options.capBytes;
  }

  /** Calls `listener` after each append; returns a function that removes it. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `decide` gets the memory of that moment; its result is written as a whole or not at all. */
  commit(decide: (memory: Memory) => Commit): Promise<void> {
    return this.#exclusive(async () => {
      await this.#recover();
      const { facts, memory = {} } = decide(this.#memory);
      await this.#append(this.#stamp(facts), memory);
    });
  }

  /** Events from `from` on, without a gap, as many as one batch carries; empty at the end or at a hole. */
  read(ordinal: number, from: number): Promise<AgentEvent[]> {
    return readBatch(this.#store, ordinal, from);
  }

  /** The API has everything up to `cursor`. A lower cursor than before comes from an API whose database was restored. */
  confirm(ordinal: number, cursor: number): Promise<void> {
    return this.#exclusive(async () => {
      await this.#recover();
      const epoch = this.#epochs.find((one) => one.ordinal === ordinal);
      const confirmed = epoch && Math.min(cursor, epoch.head);
      if (!epoch || confirmed === undefined || confirmed === epoch.cursor) return;
      // Not synced: after the loss of a cursor events are only sent again, and the API recognizes them.
      await this.#write([putEpoch({ ...epoch, cursor: confirmed })], { sync: false });
      epoch.cursor = confirmed;
    });
  }

  /** Ends the current epoch and begins another, for an epoch that the API cannot continue with. */
  renew(): Promise<void> {
    return this.#exclusive(() => this.#begin([]));
  }

  /**
   * Moves the events of an older epoch after `cursor` into the current one, when they can no longer be sent under their own epoch.
   * Missing ranges are reported as gaps. Items settle again, and the caller sends a snapshot, because late facts must not have the
   * last word.
   */
  salvage(ordinal: number, cursor: number, cause: string): Promise<void> {
    return this.#exclusive(async () => {
      await this.#recover();
      const old = this.#epochs.find((epoch) => epoch.ordinal === ordinal);
      if (!old || old === this.#current) return;
      const { facts, deletions, shortened } = await salvage(this.#store, old, { cursor, cause, at: this.#at() });
      const entries = Object.entries(this.#memory.ledger).map(([item, entry]) => [item, { ...entry, outcome: null }]);
      const ledger = Object.fromEntries(entries) as Memory['ledger'];
      const after = findingsAfter(facts, this.#memory.findings).map((fact) => ({ fact, at: this.#at() }));
      await this.#append([...facts, ...after], { ledger }, [...deletions, putEpoch(shortened)]);
      Object.assign(old, shortened);
    });
  }

  /** Replaces an event that the API will never accept by a report of its loss, so that the others can continue. */
  replaceByGap(ordinal: number, seq: number, cause: string): Promise<void> {
    return this.#exclusive(async () => {
      await this.#recover();
      const old = this.#epochs.find((epoch) => epoch.ordinal === ordinal);
      if (!old) return;
      const fact: AgentFact = {
        type: 'history.gap',
        data: { epoch: old.epoch, fromSeq: seq, toSeq: seq, cause: fitText(cause, MAX_CAUSE) },
      };
      await this.#write([{ put: keys.event(ordinal, seq), value: { seq, at: this.#at(), ...fact } }], { sync: true });
    });
  }

  /** Deletes confirmed events beyond the age and size that are kept for an API whose database is restored. */
  prune(): Promise<void> {
    return this.#exclusive(async () => {
      const now = this.#now().getTime();
      const keep = await firstToKeep(this.#store, this.#epochs, now, this.options.retention ?? RETENTION);
      for (const epoch of [...this.#epochs]) {
        const first = keep.get(epoch.ordinal) ?? epoch.first;
        const isOver = epoch !== this.#current && first > epoch.head;
        if (first === epoch.first && !isOver) continue;
        epoch.sizes.splice(0, first - epoch.first);
        epoch.first = first;
        await this.#write([isOver ? { del: keys.epoch(epoch.ordinal) } : putEpoch(epoch)], { sync: false });
        await this.#store.clear(keys.event(epoch.ordinal, 0), keys.event(epoch.ordinal, first));
        if (isOver) this.#epochs = this.#epochs.filter((one) => one !== epoch);
      }
      const expired = await expiredClaims(this.#store, now);
      if (expired.length > 0)
        await this.#write(
          expired.map((key) => ({ del: key })),
          { sync: false },
        );
    });
  }

  /** True for the first claim of this key ever; durable before it is answered. */
  claim(key: string, value: unknown): Promise<boolean> {
    return this.#exclusive(async () => {
      await this.#recover();
      if (await this.#store.has(key)) return false;
      await this.#write([{ put: key, value }], { sync: true });
      return true;
    });
  }

  close(): Promise<void> {
    return this.#exclusive(() => this.#store.close());
  }

  get #current(): LoadedEpoch {
    const last = this.#epochs.at(-1);
    if (!last) throw new Error('the journal is not open');
    return last;
  }

  async #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work);
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  async #load(opening: Opening): Promise<void> {
    const { epochs, memory, damage } = await loadJournal(this.#store);
    this.#epochs = epochs;
    this.#memory = memory;
    if (opening.result === 'repaired') damage.push('the journal had to be repaired');
    if (opening.result === 'replaced') damage.push(`the journal was beyond repair and is now ${opening.movedTo}`);
    this.#damage.push(...damage);
  }

  async #lostTail(): Promise<AgentFact[]> {
    const lost = findLostTail(await readHead(this.#headFile), this.#epochs);
    if (lost) this.#damage.push(lost.cause);
    return lost?.facts ?? [];
  }

  async #begin(facts: AgentFact[]): Promise<void> {
    const ordinal = (this.#epochs.at(-1)?.ordinal ?? 0) + 1;
    const record: EpochRecord = { epoch: newId('epo'), ordinal, first: 1, cursor: 0 };
    await this.#write([putEpoch(record)], { sync: true });
    this.#epochs.push({ ...record, head: 0, holes: [], sizes: [] });
    await this.#append(this.#stamp(facts), {});
  }

  async #append(facts: Stamped[], memory: Partial<Memory>, more: Write[] = []): Promise<void> {
    const epoch = this.#current;
    const fitting = facts.flatMap(({ fact, at }) => this.#fit(fact).map((fitted) => ({ fact: fitted, at })));
    const events = fitting.map(({ fact, at }, index) => ({ seq: epoch.head + 1 + index, at, ...fact }));
    const changes = Object.entries(memory) as [keyof Memory, unknown][];
    const writes: Write[] = [
      ...more,
      ...events.map((event) => ({ put: keys.event(epoch.ordinal, event.seq), value: event })),
      ...changes.map(([name, value]) => ({ put: keys.memory[name], value })),
    ];
    if (writes.length === 0) return;
    crashPoint('journal.before-write');
    await this.#write(writes, { sync: true });
    crashPoint('journal.after-write');
    epoch.head += events.length;
    epoch.sizes.push(...events.map((event) => JSON.stringify(event).length));
    this.#memory = { ...this.#memory, ...memory };
    const { head, cursor } = epoch;
    await writeHead(this.#headFile, { epoch: epoch.epoch, head, cursor }).catch(() => undefined);
    if (events.length > 0) for (const listener of this.#listeners) listener();
  }

  #fit(fact: AgentFact): AgentFact[] {
    const { facts, leftOut } = fitFact(fact);
    const line = { event: 'journal.fact-too-large', type: fact.type, pieces: facts.length, leftOut };
    if (facts.length === 0) this.options.logger.error(line, 'left out an event that is too large');
    else if (leftOut.length > 0) this.options.logger.warn(line, 'left out parts of a snapshot: they show as unknown');
    return facts;
  }

  async #write(writes: readonly Write[], options: { sync: boolean }): Promise<void> {
    try {
      await this.#store.write(writes, options);
    } catch (error) {
      this.#broken = true;
      throw new AppError({
        kind: 'operational',
        ...explain('journal-unavailable/write', { error: describeError(error) }),
        origin: error,
      });
    }
  }

  /** LevelDB refuses writes after a failed one, and nobody knows how much of that one is on disk: read everything again. */
  async #recover(): Promise<void> {
    if (!this.#broken) return;
    const { epoch } = this.#current;
    await this.#load(await this.#store.reopen());
    this.#broken = false;
    if (this.#epochs.at(-1)?.epoch !== epoch) await this.#begin([]);
    this.options.logger.info(
      { event: 'journal.reopened', head: this.#current.head },
      'the journal can be written again',
    );
  }

  #stamp(facts: readonly AgentFact[]): Stamped[] {
    const at = this.#at();
    return facts.map((fact) => ({ fact, at }));
  }

  #at(): string {
    return this.#now().toISOString();
  }

  get #headFile(): string {
    return `${this.options.folder}.head`;
  }
}
