import { Injectable } from '@nestjs/common';
import {
  PlanResult,
  type AnyItem,
  type DryRun,
  type HostId,
  type HostRef,
  type PlannedChange,
  type PlannedStep,
} from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { isDeepStrictEqual } from 'node:util';
import { HostCalls } from '../bus/host-calls.service.js';
import type { Sql, Transaction } from '../database/sql.js';
import { Store } from '../database/store.js';
import { changesOf, differences, itemChanges, type Subject } from './planned-changes.js';
import { Wanted, type NamedItem } from '../wanted/wanted.service.js';

/** A host whose desired items a change may touch. */
export interface AffectedHost extends HostRef {
  /** The agent's steps, if they do not follow from its items. */
  steps?: PlannedStep[];
  /** The host was paused, so everything desired is due now. */
  resumes?: boolean;
}

export interface Affected {
  hosts: AffectedHost[];
  about?: Subject[];
}

type ItemsOfHosts = Map<HostId, NamedItem[]>;

/**
 * Shows what a change would do: to what people have decided, and on hosts, whose agents plan from what they observe.
 */
@Injectable()
export class DryRuns {
  constructor(
    private readonly store: Store,
    private readonly wanted: Wanted,
    private readonly calls: HostCalls,
  ) {}

  /**
   * Reads the new state within the transaction. Call the returned function after the rollback: it compares that with
   * the current state.
   */
  async read(transaction: Transaction, { hosts, about = [] }: Affected): Promise<() => Promise<DryRun>> {
    const items = await this.#itemsOf(transaction, hosts);
    const after: (object | undefined)[] = [];
    for (const { read } of about) after.push(await read?.(transaction));
    return async () => {
      const changes: PlannedChange[] = [];
      for (const [index, subject] of about.entries())
        changes.push(...changesOf(subject, differences(await subject.read?.(this.store), after[index])));
      return this.#compare(hosts, changes, items);
    };
  }

  async #compare(hosts: AffectedHost[], changes: PlannedChange[], after: ItemsOfHosts): Promise<DryRun> {
    const before = await this.#itemsOf(this.store, hosts);
    const of = (items: ItemsOfHosts, { id }: HostRef) => items.get(id) ?? [];
    const steps = hosts.map((host) => this.#steps(host, of(before, host), of(after, host)));
    const planned = (await Promise.all(steps)).map((ofHost, index) => {
      const { id, name } = hosts[index] as AffectedHost;
      return { host: { id, name }, steps: ofHost };
    });
    const ofItems = hosts.flatMap((host) => itemChanges(of(before, host), of(after, host)));
    return { dryRun: true, changes: [...changes, ...ofItems], hosts: planned };
  }

  async #itemsOf(sql: Sql, hosts: AffectedHost[]): Promise<ItemsOfHosts> {
    if (hosts.length === 0) return new Map();
    return this.wanted.itemsOfHosts(
      sql,
      hosts.map(({ id }) => id),
    );
  }

  /**
   * The agent's steps that are due only because of the change. Null: the host is unreachable or did not answer in time;
   * it plans when it is back.
   */
  async #steps(host: AffectedHost, before: NamedItem[], after: NamedItem[]): Promise<PlannedStep[] | null> {
    if (host.steps) return host.steps;
    const [was, becomes] = [host.resumes ? [] : wireItems(before), wireItems(after)];
    if (isDeepStrictEqual(unnumbered(was), unnumbered(becomes))) return [];
    try {
      const [due, planned] = await Promise.all([
        was.length > 0 ? this.#plan(host, was) : [],
        this.#plan(host, becomes),
      ]);
      return without(planned, due);
    } catch (error) {
      if (error instanceof AppError && error.kind === 'operational') return null;
      throw error;
    }
  }

  async #plan({ id, name }: HostRef, items: AnyItem[]): Promise<PlannedStep[]> {
    return (await this.calls.call({ id, name }, { op: 'plan', items }, PlanResult)).steps;
  }
}

const wireItems = (named: NamedItem[]) => named.map(({ item }) => item);
const unnumbered = (items: AnyItem[]) => items.map((item) => ({ ...item, revision: 0 }));

function without(steps: PlannedStep[], due: PlannedStep[]): PlannedStep[] {
  const left = [...due];
  return steps.filter((step) => {
    const index = left.findIndex((one) => isDeepStrictEqual(one, step));
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}
