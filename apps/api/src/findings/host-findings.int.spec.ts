import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AgentFact, FindingCode } from '@orrery/shared/contracts';
import { dataPlaneFixture } from '../../../../test/support/data-plane-fixture.js';
import { addHost, type TestHost } from '../../../../test/support/data-plane.js';
import { Reporter } from '../../../../test/support/reports.js';
import { eventually } from '../../../../test/support/servers.js';
import { runIn } from '../database/statements.js';
import { Store } from '../database/store.js';
import { clearHostFinding, raiseHostFinding } from './host-findings.js';

const { plane } = dataPlaneFixture();
let host: TestHost;
let agent: Reporter;
let count = 0;

beforeEach(async () => {
  host = await addHost(plane.database, `found-${++count}`);
  agent = new Reporter(plane, host);
});

const CODE: FindingCode = 'clock-skew';
const words = (cause = 'as the API sees it') => ({ severity: 'error' as const, cause, fix: 'Look at it.' });
const about = { node: null, network: null, item: null };
const raised = (cause: string): AgentFact => ({
  type: 'finding.raised',
  data: { ...about, finding: { code: CODE, severity: 'warning', cause, fix: 'Set its clock.' } },
});
const rows = () =>
  plane.database.query<{ source: string; cause: string }[]>(
    'SELECT source, cause FROM findings WHERE host_id = $1 ORDER BY source',
    [host.id],
  );
const told = () =>
  plane.database.query<{ type: string; data: Record<string, unknown>; node_id: string | null }[]>(
    `SELECT type, data, node_id FROM events WHERE host_id = $1 AND data ->> 'source' = 'api' ORDER BY id`,
    [host.id],
  );
const isTold = (most: number) => eventually(async () => (await told()).length === most && told(), { within: 10_000 });

describe('a finding that the API raises', () => {
  it('exists beside that of the agent, and neither clears or changes the other', async () => {
    await agent.say(raised('as the agent sees it'));
    await raiseHostFinding(plane.app.get(Store), { host: host.id, code: CODE, ...words() });
    await agent.say(raised('as the agent sees it now'));
    expect(await rows()).toEqual([
      { source: 'agent', cause: 'as the agent sees it now' },
      { source: 'api', cause: 'as the API sees it' },
    ]);
    await agent.say({ type: 'finding.cleared', data: { ...about, code: CODE } });
    expect(await rows()).toEqual([{ source: 'api', cause: 'as the API sees it' }]);
    await agent.say(raised('again'));
    await clearHostFinding(plane.app.get(Store), { host: host.id, code: CODE });
    expect(await rows()).toEqual([{ source: 'agent', cause: 'again' }]);
  });

  it('has one event as long as its text is the same, another one for another text, and one when it is cleared', async () => {
    const store = plane.app.get(Store);
    const key = { host: host.id, code: CODE, node: host.node };
    for (const cause of ['one', 'one', 'two']) await raiseHostFinding(store, { ...key, ...words(cause) });
    for (let twice = 0; twice < 2; twice++) await clearHostFinding(store, key);
    const events = await isTold(3);
    expect(events.map(({ type, node_id }) => [type, node_id])).toEqual([
      ['finding.raised', host.node],
      ['finding.raised', host.node],
      ['finding.cleared', host.node],
    ]);
    expect(events[1]?.data).toEqual({
      source: 'api',
      node: host.node,
      network: null,
      item: null,
      finding: { code: CODE, ...words('two') },
    });
    expect(events[2]?.data).toEqual({ source: 'api', node: host.node, network: null, item: null, code: CODE });
  });

  it('is raised and cleared within the transaction that causes it', async () => {
    const store = plane.app.get(Store);
    const inVain = store.transaction(async (manager) => {
      await raiseHostFinding(runIn(manager), { host: host.id, code: CODE, ...words('never') });
      throw new Error('rolled back');
    });
    await expect(inVain).rejects.toThrow('rolled back');
    expect(await rows()).toEqual([]);
    await store.transaction((manager) => raiseHostFinding(manager, { host: host.id, code: CODE, ...words('kept') }));
    expect(await rows()).toEqual([{ source: 'api', cause: 'kept' }]);
    await isTold(1);
  });

  it('has a cause of limited length that Postgres can store, whatever is quoted in it', async () => {
    await raiseHostFinding(plane.app.get(Store), { host: host.id, code: CODE, ...words(`\0\ud800${'x'.repeat(1e5)}`) });
    const [row] = await rows();
    expect(row?.cause).toMatch(/^\\0\ufffdx+…$/);
    expect(row?.cause.length).toBeLessThanOrEqual(2000);
  });

  it('is not raised for a removed host', async () => {
    await plane.database.query('UPDATE hosts SET removed_at = now() WHERE id = $1', [host.id]);
    await raiseHostFinding(plane.app.get(Store), { host: host.id, code: CODE, ...words() });
    expect(await rows()).toEqual([]);
  });
});
