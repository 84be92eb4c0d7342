import { beforeEach, describe, expect, it } from '@jest/globals';
import { FindingPage } from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { joinHost } from '../../../../test/support/joined-host.js';
import { Store } from '../database/store.js';
import { FleetKeeper } from './fleet-keeper.js';

const { api } = apiFixture();
const [LAB, SHOP] = ['8056c2e21c000001', '8056c2e21c000002'] as const;
let made = 0;

describe('the keeper of the fleet', () => {
  let keeper: FleetKeeper;
  const keep = () => keeper.keep('7.4.0');
  const host = async (agentVersion = '7.4.1') => {
    const joined = await joinHost(api, `fleet-${++made}`);
    await api.database.query('UPDATE host_status SET agent_version = $2 WHERE host_id = $1', [
      joined.hostId,
      agentVersion,
    ]);
    return joined;
  };
  type Joined = Awaited<ReturnType<typeof host>>;
  const runs = ({ nodeId, hostId }: Joined, version: string, network: string) =>
    api.database.query(
      `WITH s AS (INSERT INTO node_status (node_id, host_id, state, version, ordinal, seq, updated_at)
                  VALUES ($1, $2, 'up', $3, 1, 1, now()) ON CONFLICT (node_id) DO UPDATE SET version = excluded.version)
       INSERT INTO membership_status (node_id, network_id, host_id, status, observed, ordinal, seq, updated_at)
       VALUES ($1, $4, $2, 'OK', '{}', 1, 1, now()) ON CONFLICT DO NOTHING`,
      [nodeId, hostId, version, network],
    );
  const routes = ({ nodeId, hostId }: Joined, network: string, observed: unknown) =>
    api.database.query(
      `INSERT INTO interfaces (node_id, device, host_id, network_id, observed, ordinal, seq, updated_at)
       VALUES ($1, 'zt' || $3, $2, $3, $4, 1, 1, now()) ON CONFLICT (node_id, device) DO UPDATE SET observed = excluded.observed`,
      [nodeId, hostId, network, JSON.stringify(observed)],
    );
  const findings = async ({ name }: Joined) =>
    (await api.get(`/v1/findings?host=${name}`, FindingPage)).body.items
      .filter(({ code }) => code === 'version-drift' || code === 'route-overlap')
      .map(({ code, severity, node, network, source }) => ({ code, severity, node: node?.name, network, source }));

  beforeEach(() => {
    keeper = new FleetKeeper(api.app.get(Store), undefined as never);
  });

  it('finds an agent that is older than the API, until it is updated', async () => {
    const [old, young] = [await host('7.3.9'), await host()];
    await keep();
    await keep();
    const drift = { code: 'version-drift', severity: 'warning', node: undefined, network: null, source: 'api' };
    expect([await findings(old), await findings(young)]).toEqual([[drift], []]);
    await api.database.query(`UPDATE host_status SET agent_version = '7.4.0' WHERE host_id = $1`, [old.hostId]);
    await keep();
    expect(await findings(old)).toEqual([]);
  });

  it('finds a zerotier-one that is much older than others in its network', async () => {
    const [old, young, apart] = [await host(), await host(), await host()];
    await runs(old, '1.10.6', LAB);
    await runs(young, '1.14.1', LAB);
    await runs(apart, '1.10.6', SHOP);
    await keep();
    expect(await findings(old)).toMatchObject([{ code: 'version-drift', severity: 'warning', node: old.name }]);
    expect([await findings(young), await findings(apart)]).toEqual([[], []]);
    await runs(old, '1.14.2', LAB);
    await keep();
    expect(await findings(old)).toEqual([]);
  });

  it('finds networks of one node that overlap, whatever hosts report', async () => {
    const [both, odd] = [await host(), await host()];
    const to = (...targets: unknown[]) => ({ routes: targets.map((target) => ({ target, via: null })) });
    await routes(both, LAB, to('10.8.0.0/16'));
    await routes(both, SHOP, to('10.8.3.0/24'));
    await routes(odd, LAB, { routes: 'none' });
    await routes(odd, SHOP, to(null, 7, 'x'));
    await keep();
    expect(await findings(both)).toMatchObject([{ code: 'route-overlap', network: LAB, node: both.name }]);
    expect(await findings(odd)).toEqual([]);
    await routes(both, SHOP, to('10.9.3.0/24'));
    await keep();
    expect(await findings(both)).toEqual([]);
  });
});
