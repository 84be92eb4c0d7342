import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { asOnCalmMachine } from '../../../../test/support/calm.js';
import { migratedSource, type MigratedSource } from '../../../../test/support/migrated-source.js';
import { absent, controllerAway, firstOf, found, unsettled } from './attention.js';
import { StatusRepository } from './status.repository.js';

const HOSTS = 1000;
const [LAB, SHOP] = ['8056c2e21c000001', '8056c2e21c000002'];
const MOST_MS = 500;

let bench: MigratedSource;
const repository = new StatusRepository();

/** Hosts with ten containers each, all of them in `lab` and done. */
beforeAll(async () => {
  bench = await migratedSource();
  const { run } = bench;
  await run(
    `INSERT INTO hosts (id, name, installation, node_id, revision) SELECT 'hst_' || n, 'host-' || n, 'i-' || n, 'nod_' || n, 1 FROM generate_series(1, $1::int) AS n`,
    [HOSTS],
  );
  await run(`
    INSERT INTO host_status (host_id, presence, last_seen_at) SELECT id, 'online', now() FROM hosts;
    INSERT INTO nodes (id, host_id, kind) SELECT node_id, id, 'host' FROM hosts;
    INSERT INTO nodes (id, host_id, kind) SELECT 'nod_' || h.id || '_' || n, h.id, 'container' FROM hosts h, generate_series(1, 10) AS n;
    INSERT INTO items (id, host_id, node_id, kind, intent, revision, body)
      SELECT 'itm_c' || id, host_id, id, 'container', 'present', 1, '{}' FROM nodes WHERE kind = 'container';
    INSERT INTO items (id, host_id, node_id, kind, intent, revision, body)
      SELECT 'itm_m' || id, host_id, id, 'membership', 'present', 1, '{"network": "${LAB}"}' FROM nodes WHERE kind = 'container';
    INSERT INTO containers (id, host_id, node_id, item_id, name)
      SELECT 'ctr_' || node_id, host_id, node_id, id, substring(node_id from '[0-9]+$') FROM items WHERE kind = 'container';
    INSERT INTO memberships (node_id, network_id, host_id, item_id) SELECT node_id, '${LAB}', host_id, id FROM items WHERE kind = 'membership';
    INSERT INTO networks (id, name) VALUES ('${LAB}', 'lab'), ('${SHOP}', 'shop');
    INSERT INTO item_status (item_id, host_id, revision, outcome, ordinal, seq, updated_at)
      SELECT id, host_id, 1, '{"kind": "done"}', 1, 1, now() FROM items;
    ANALYZE`);
}, 120_000);

afterAll(() => bench?.close());

afterEach(async () => {
  await bench.run(`UPDATE item_status SET outcome = '{"kind": "done"}' WHERE outcome ->> 'kind' <> 'done';
    DELETE FROM findings; UPDATE networks SET controller_id = NULL, config = NULL, admission = NULL; DELETE FROM controllers`);
});

/** The items of these hosts now stand so. */
const stand = (kind: 'container' | 'membership', hosts: [from: number, to: number], outcome: object) =>
  bench.run(
    `UPDATE item_status s SET outcome = $1 FROM items i WHERE i.id = s.item_id AND i.kind = $2 AND i.node_id LIKE '%\\_1'
        AND i.host_id IN (SELECT 'hst_' || n FROM generate_series($3::int, $4::int) AS n)`,
    [JSON.stringify(outcome), kind, ...hosts],
  );
const find = (hosts: [from: number, to: number], each: number, cause: string) =>
  bench.run(
    `INSERT INTO findings (host_id, code, network_id, severity, cause, fix, ordinal, seq, since)
     SELECT 'hst_' || n, 'unexpected', 'n' || k, 'error', $1, '', 1, 1, now()
       FROM generate_series($2::int, $3::int) AS n, generate_series(1, $4::int) AS k`,
    [cause, ...hosts, each],
  );
async function attention() {
  const sql = bench.source.manager;
  const controllers = await repository.controllersAway(sql);
  return firstOf([
    ...absent(await repository.absentHosts(sql)),
    ...controllers.map(controllerAway),
    ...(await repository.unsettled(sql)).flatMap(unsettled),
    ...(await repository.findings(sql)).map(found),
  ]);
}
const lines = async () => (await attention()).map(({ what, count }) => [what, count ?? 1]);
const waiting = (code: string) => ({ kind: 'waiting', code, cause: 'no answer', fix: 'wait' });

describe('what needs attention', () => {
  it('is one line with 40 for 40 memberships on 40 hosts that wait for the same', async () => {
    await stand('membership', [1, 40], waiting('address'));
    await stand('membership', [41, 42], waiting('interface'));
    expect(await lines()).toEqual([
      ['40 memberships in lab wait for their address', 40],
      ['host-41/1 in lab waits for its interface', 1],
      ['host-42/1 in lab waits for its interface', 1],
    ]);
    expect((await attention())[0]?.about).toEqual({ kind: 'network', network: { id: LAB, name: 'lab' } });
    expect(await repository.total(bench.source.manager)).toEqual({ error: 0, warning: 42, info: 0 });
  });

  it('is one line for a controller that is away, with the memberships that wait for it', async () => {
    const controller = newId('ctl');
    await bench.run(`INSERT INTO controllers (id, name, kind, node_id) VALUES ($1, 'own', 'self-hosted', 'nod_7')`, [
      controller,
    ]);
    await bench.run(
      `INSERT INTO controller_status (controller_id, state, cause) VALUES ($1, 'away', 'no answer')
       ON CONFLICT (controller_id) DO UPDATE SET state = 'away', cause = 'no answer'`,
      [controller],
    );
    await bench.run(`UPDATE networks SET controller_id = $1, config = '{}', admission = '{}' WHERE id = $2`, [
      controller,
      LAB,
    ]);
    await stand('membership', [1, 40], waiting('configuration'));
    await stand('membership', [41, 41], waiting('address'));
    expect(await lines()).toEqual([
      ['controller own is away: 40 memberships wait for it', 40],
      ['host-41/1 in lab waits for its address', 1],
    ]);
    expect((await attention())[0]?.about).toMatchObject({
      ...{ kind: 'controller', controller: { id: controller, name: 'own' }, host: { name: 'host-7' } },
    });
    await bench.run(`UPDATE controller_status SET state = 'up'`);
    expect((await lines())[0]).toEqual(['40 memberships in lab wait for their configuration', 40]);
  });

  it('is one line for containers that fail for the same cause, and lines of their own for other causes', async () => {
    const failed = (cause: string) => ({ kind: 'failed', code: 'disk-full', cause, fix: 'x' });
    await stand('container', [1, 3], failed('no space'));
    await stand('container', [4, 5], failed('other'));
    expect(await lines()).toEqual([
      ['3 containers fail: disk-full', 3],
      ['container host-4/1 failed: disk-full', 1],
      ['container host-5/1 failed: disk-full', 1],
    ]);
  });

  it('is one line for a container that cannot be made, with its memberships and the finding that repeats it', async () => {
    const failed = { kind: 'failed', code: 'pull-refused', cause: 'pulling x failed: no', fix: 'x' };
    await stand('container', [1, 1], failed);
    await stand('membership', [1, 1], failed);
    // Another cause is another problem.
    await stand('membership', [2, 2], { ...failed, code: 'tun-missing' });
    await bench.run(
      `INSERT INTO findings (host_id, code, item_id, severity, cause, fix, ordinal, seq, since)
       SELECT host_id, 'item-stuck', id, 'error', 'failed 5 times', '', 1, 1, now() FROM items WHERE node_id = 'nod_hst_1_1'`,
    );
    expect(await lines()).toEqual([
      ['container host-1/1 failed: pull-refused', 1],
      ['host-2/1 in lab failed: tun-missing', 1],
    ]);
    expect(await repository.total(bench.source.manager)).toEqual({ error: 2, warning: 0, info: 0 });
  });

  it('is one line for a finding that several hosts have, and ten lines at most for a host that shouts', async () => {
    await find([1, 40], 1, 'the same');
    await find([50, 50], 200, 'mine alone');
    await find([51, 52], 1, 'of two');
    const shown = await lines();
    expect(shown.filter(([what]) => what === '40 hosts: unexpected')).toEqual([['40 hosts: unexpected', 40]]);
    expect(shown.filter(([what]) => what === 'host-50: unexpected')).toHaveLength(10);
    expect(shown.filter(([what]) => /host-5[12]/.test(String(what)))).toHaveLength(2);
  });

  it(`is found within ${MOST_MS} ms when nothing works on ${HOSTS} hosts`, async () => {
    await bench.run(
      `UPDATE item_status SET outcome = '{"kind": "waiting", "code": "address", "cause": "x", "fix": "y"}'`,
    );
    await find([1, HOSTS], 5, 'everywhere');
    await bench.run('ANALYZE');
    const start = performance.now();
    const shown = await lines();
    const took = performance.now() - start;
    expect(shown).toEqual([
      ['1000 hosts: unexpected', 5000],
      ['10000 containers wait for their address', 10_000],
      ['10000 memberships in lab wait for their address', 10_000],
    ]);
    process.stderr.write(`attention with ${HOSTS} hosts: ${Math.round(took)} ms\n`);
    expect(took).toBeLessThan(asOnCalmMachine(MOST_MS));
  });
});
