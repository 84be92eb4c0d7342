import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  interfaceName,
  type Item,
  ItemId,
  type ObservedMembership,
  type ObservedState,
  MembershipSettings,
  NetworkId,
} from '@orrery/shared/contracts';
import { describeError, type Logger, writeFileDurably } from '@orrery/shared/runtime';
import type { Executors, StepOf } from '@orrery/shared/machine';
import { z } from 'zod';
import { judgeProbation, type ProbationTimes, type RolledBack, type Undo } from '../pure/guard/decide-probation.js';

/** The connection to the API over NATS. */
export interface Way {
  /** Whether the API has answered recently. */
  readonly isUp: boolean;
  /** When the latest question that the API answered was asked. */
  readonly heardAt: number;
  /** Sends it a question now. */
  ask(): void;
}

export interface ProbationParts extends ProbationTimes {
  home: string;
  way: Way;
  now: () => number;
  logger: Logger;
}

type Touching = StepOf<'join-network' | 'configure-network' | 'repair-network'>;

/** How often the API is asked while a membership is on trial. */
const ASK_MS = 2_000;

/**
 * Commit-confirmed: a step on a network of the host's own daemon counts only if the API can still be reached over NATS afterwards.
 * Otherwise the previous state is restored and stays until somebody requests something else. If the API was already unreachable,
 * nobody can tell what a step has done, and nothing is rolled back.
 */
export class Probations {
  readonly #records = new Map<ItemId, Probation>();
  readonly #endedAt = new Map<ItemId, number>();
  readonly #shown = new Map<ItemId, { key: string; at: number }>();
  #askedAt = 0;

  private constructor(private readonly parts: ProbationParts) {}

  static async open(parts: ProbationParts): Promise<Probations> {
    const probations = new Probations(parts);
    for (const record of await readProbations(parts.home)) {
      probations.#records.set(record.item, record);
      probations.#endedAt.set(record.item, parts.now());
    }
    return probations;
  }

  get rolledBack(): RolledBack {
    const undone = [...this.#records.values()].filter(({ phase }) => phase === 'rolled-back');
    return new Map(undone.map(({ item, undo }) => [item, undo]));
  }

  get isAnyOnTrial(): boolean {
    return [...this.#records.values()].some(({ phase }) => phase === 'on-trial');
  }

  /** The executors, with a trial around each step that may cut the connection. `before`: what is known of the membership now. */
  around(executors: Executors, before: (step: Touching) => Before | undefined): Executors {
    const onTrial =
      <S extends Touching>(run: (step: S, context: Parameters<Executors['join-network']>[1]) => Promise<void>) =>
      async (step: S, context: Parameters<Executors['join-network']>[1]) => {
        if (step.nodeKind === 'host') await this.#begin(step, before(step));
        try {
          await run(step, context);
        } finally {
          if (this.#records.has(step.item)) this.#endedAt.set(step.item, this.parts.now());
        }
      };
    return {
      ...executors,
      'join-network': onTrial(executors['join-network']),
      'configure-network': onTrial(executors['configure-network']),
      'repair-network': onTrial(executors['repair-network']),
    };
  }

  /** Called after each observation. Decides what is due; the decision is on disk when this resolves. */
  async observed(items: readonly Item[], observed: ObservedState): Promise<void> {
    if (this.#records.size === 0) return;
    const before = JSON.stringify([...this.#records.values()]);
    for (const record of [...this.#records.values()]) {
      const item = items.find(({ id }) => id === record.item);
      const isOver =
        item?.intent !== 'present' || (record.phase === 'rolled-back' && item.revision !== record.revision);
      if (isOver) this.#forget(record.item);
      else if (record.phase === 'on-trial') this.#judge(record, observed);
    }
    if (JSON.stringify([...this.#records.values()]) !== before) await this.#write();
    if (this.isAnyOnTrial) this.#ask();
  }

  async #begin(step: Touching, before: Before | undefined): Promise<void> {
    const held = this.#records.get(step.item);
    if (held?.phase === 'rolled-back' || !before || (!held && !this.parts.way.isUp)) return;
    this.#endedAt.delete(step.item);
    // After several steps on trial, restore the state from before the first one.
    const undo = held?.undo ?? undoOf(before.joined);
    const { item, network } = step;
    this.#records.set(item, { item, network, undo, revision: before.revision, phase: 'on-trial' });
    await this.#write();
  }

  #judge(record: Probation, observed: ObservedState): void {
    const { way, now, logger } = this.parts;
    const changedAt = this.#noticeInterface(record, observed);
    const course = { endedAt: this.#endedAt.get(record.item), changedAt, heardAt: way.heardAt, now: now() };
    const verdict = judgeProbation(course, this.parts);
    if (verdict === 'confirmed') this.#forget(record.item);
    if (verdict !== 'rolled-back') return;
    const { item, network } = record;
    logger.error(
      { event: 'lockout.rolled-back', item, network },
      'the API became unreachable after a change; rolling it back',
    );
    this.#records.set(item, { ...record, phase: 'rolled-back' });
  }

  /** When the kernel last showed a change of the interface. */
  #noticeInterface({ item, network }: Probation, observed: ObservedState): number {
    const host = observed.nodes.find(({ kind }) => kind === 'host');
    if (!host?.interfaces.known) return this.#shown.get(item)?.at ?? 0;
    const device = interfaceName(network);
    const key = JSON.stringify(host.interfaces.value.find((one) => one.device === device) ?? null);
    const held = this.#shown.get(item);
    if (held?.key === key) return held.at;
    const at = held ? this.parts.now() : 0;
    this.#shown.set(item, { key, at });
    return at;
  }

  #ask(): void {
    const now = this.parts.now();
    if (now - this.#askedAt < Math.min(ASK_MS, this.parts.settleMs)) return;
    this.#askedAt = now;
    this.parts.way.ask();
  }

  #forget(item: ItemId): void {
    for (const map of [this.#records, this.#endedAt, this.#shown]) map.delete(item);
  }

  async #write(): Promise<void> {
    await writeProbations(this.parts.home, [...this.#records.values()]).catch((error: unknown) => {
      this.parts.logger.error({ event: 'probation.not-written', cause: describeError(error) });
      throw error;
    });
  }
}

export interface Before {
  revision: number;
  joined: ObservedMembership | undefined;
}

function undoOf(joined: ObservedMembership | undefined): Undo {
  if (!joined) return { to: 'left' };
  const { allowManaged, allowManagedList, allowGlobal, allowDefault, allowDNS } = joined;
  const managed = allowManaged && allowManagedList?.length ? allowManagedList : allowManaged;
  return { to: 'settings', settings: { allowManaged: managed, allowGlobal, allowDefault, allowDNS } };
}

/** The connection to the API for parts that are created before the uplink; until the uplink exists it is down. */
export class ApiWay implements Way {
  #way: Way | undefined;

  follow(way: Way): void {
    this.#way = way;
  }

  get isUp(): boolean {
    return this.#way?.isUp ?? false;
  }

  get heardAt(): number {
    return this.#way?.heardAt ?? -Infinity;
  }

  ask(): void {
    this.#way?.ask();
  }
}

/** A membership on trial after a step, or rolled back. Kept on disk, so that a crash in between does not make a lockout permanent. */
export const Probation = z.object({
  item: ItemId,
  revision: z.int().positive(),
  network: NetworkId,
  undo: z.discriminatedUnion('to', [
    z.object({ to: z.literal('left') }),
    z.object({ to: z.literal('settings'), settings: MembershipSettings }),
  ]),
  phase: z.enum(['on-trial', 'rolled-back']),
});
export type Probation = z.infer<typeof Probation>;

const fileOf = (home: string) => join(home, 'probations.json');

/** A file that cannot be read counts as empty: there is nothing to restore from it. */
export async function readProbations(home: string): Promise<Probation[]> {
  try {
    return z.array(Probation).parse(JSON.parse(await readFile(fileOf(home), 'utf8')));
  } catch {
    return [];
  }
}

export const writeProbations = (home: string, probations: readonly Probation[]): Promise<void> =>
  writeFileDurably(fileOf(home), JSON.stringify(probations));
