import { Injectable } from '@nestjs/common';
import { PlanResult, type AnyItem, type DryRun, type HostRef } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { HostCalls } from '../calls/host-calls.service.js';
import type { Transaction } from '../database/sql.js';
import { WantedItemsRepository } from './wanted-items.repository.js';

type Wanted = { host: HostRef; items: AnyItem[] };

/** What the agents would do: they plan on what they observe, with what would be wanted of them. */
@Injectable()
export class DryRuns {
  constructor(
    private readonly items: WantedItemsRepository,
    private readonly calls: HostCalls,
  ) {}

  /** What would be wanted, read before the transaction is rolled back. */
  async read(transaction: Transaction, hosts: HostRef[]): Promise<Wanted[]> {
    const wanted: Wanted[] = [];
    for (const { id, name } of hosts)
      wanted.push({ host: { id, name }, items: await this.items.ofHost(transaction, id) });
    return wanted;
  }

  async plan(wanted: Wanted[]): Promise<DryRun['hosts']> {
    return Promise.all(wanted.map(async ({ host, items }) => ({ host, steps: await this.#steps(host, items) })));
  }

  /** Null: the host is away, or did not answer in time; it plans when it is back. */
  async #steps(host: HostRef, items: AnyItem[]): Promise<PlanResult['steps'] | null> {
    try {
      return (await this.calls.call(host, { op: 'plan', items }, PlanResult)).steps;
    } catch (error) {
      if (error instanceof AppError && error.kind === 'operational') return null;
      throw error;
    }
  }
}
