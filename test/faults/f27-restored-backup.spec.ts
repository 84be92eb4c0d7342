import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FindingPage, Host } from '@orrery/shared/contracts';
import { eventually } from '../support/servers.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { PUBLIC_TOO, System } from '../support/system/system.js';

/** A minute on an idle machine. */
const RIGHT_WITHIN_MS = 120_000;

/** docs/faults.md, F27. The backup is a copy of the database, made while nobody used it. */
describe('Postgres restored from an older backup', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['alpha', 'beta'] });
    await system.done((await system.launch('alpha', 'before')).id);
    await expectSettledWorld(system);
  }, 150_000);
  afterAll(() => system?.close());

  /** On databases that nobody uses. */
  const inCluster = async (...statements: string[]) => {
    await system.statements.disconnect();
    const client = new pg.Client({ connectionString: system.postgres.url });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  const running = async (name: string) =>
    (await system.host(name).simulated()).containers.map(({ name: is, state, startedAt }) => [is, state, startedAt]);

  it('gets everything again that it forgot, continues above the revisions of hosts, and no running container is removed', async () => {
    const { name } = system.database;
    await system.api.process.kill('SIGTERM');
    await inCluster(`CREATE DATABASE ${name}_backup TEMPLATE ${name}`);
    await (await system.api.start()).ready();
    const remembered = new Set(system.accepted);
    await system.done((await system.launch('alpha', 'after')).id);
    await system.done((await system.change('PUT', `/v1/nodes/beta/networks/${PUBLIC_TOO}`)).id);
    await expectSettledWorld(system);
    const history = () =>
      system.sql<{ key: string }>(
        `SELECT epoch || ' ' || seq || ' ' || type AS key FROM events WHERE epoch IS NOT NULL ORDER BY host_id, id`,
      );
    const [before, containers] = [await history(), await running('alpha')];
    const { revision } = await system.api.get('/v1/hosts/alpha', Host);

    await system.api.process.kill('SIGTERM');
    await inCluster(`DROP DATABASE ${name} WITH (FORCE)`, `ALTER DATABASE ${name}_backup RENAME TO ${name}`);
    // A backup also forgets the commands that were accepted after it.
    for (const id of system.accepted) if (!remembered.has(id)) system.accepted.delete(id);
    expect((await history()).length).toBeLessThan(before.length);
    await (await system.api.start()).ready();

    const isAbove = async () => (await system.api.get('/v1/hosts/alpha', Host)).revision > revision;
    await eventually(isAbove, { within: RIGHT_WITHIN_MS, every: 200, what: 'the revision continues above' });
    await expectSettledWorld(system, { within: RIGHT_WITHIN_MS, unclaimed: ['after'] });
    const again = new Set((await history()).map(({ key }) => key));
    expect(before.filter(({ key }) => !again.has(key))).toEqual([]);
    expect(await running('alpha')).toEqual(containers);
    const told = async () => {
      const { items } = await system.api.get('/v1/findings?host=alpha', FindingPage);
      return items.some(({ code }) => code === 'item-unclaimed' || code === 'container-foreign');
    };
    await eventually(told, { within: 60_000, what: 'the finding about the container that is no longer desired' });

    await system.done((await system.launch('alpha', 'again')).id);
    await expectSettledWorld(system, { unclaimed: ['after'] });
  }, 360_000);
});
