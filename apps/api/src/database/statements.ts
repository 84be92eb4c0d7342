import type { EntityManager, QueryRunner } from 'typeorm';

/** Runs one statement of any kind and returns its rows. */
export type Run = <Row = Record<string, unknown>>(text: string, parameters?: unknown[]) => Promise<Row[]>;

/** Statements on the connection of this runner. */
export const runOn =
  (runner: QueryRunner): Run =>
  async <Row>(text: string, parameters?: unknown[]) =>
    ((await runner.query(text, parameters, true)).records ?? []) as Row[];

/** Statements in the transaction of this manager. */
export function runIn(manager: EntityManager): Run {
  if (!manager.queryRunner) throw new TypeError('this entity manager is in no transaction');
  return runOn(manager.queryRunner);
}
