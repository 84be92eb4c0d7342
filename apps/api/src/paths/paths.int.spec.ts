import { beforeEach, describe, expect, it } from '@jest/globals';
import { ApiTokenMade, Host, PathPage, type AgentFact, type ObservedPeer } from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { ReportingHost } from '../../../../test/support/reporting-host.js';
import { aMembership, aPeer, aSnapshot } from '../../../../test/support/reports.js';

const { api, closing } = apiFixture();
const ROOT = aPeer('ffffffffff', { role: 'PLANET' });
let hosts: ReportingHost[];
let network: string;
let count = 0;

/** Two hosts whose own daemons are in a network of their own, in which nobody else is. */
beforeEach(async () => {
  network = `8056c2e21d${(++count).toString(16).padStart(6, '0')}`;
  hosts = [];
  for (const name of ['left', 'right']) hosts.push(closing(await ReportingHost.join(api, `${name}-${count}`)));
});

const addressOf = (index: number) => (0xa0_0000_0000 + count * 16 + index).toString(16);
/** A whole look at one of the hosts, which lists these peers. */
function look(index: number, peers: ObservedPeer[]): AgentFact {
  const snapshot = aSnapshot(hosts[index]?.node ?? 'nod_', [aMembership({ network })]);
  if (snapshot.type !== 'host.snapshot') throw new TypeError('not a snapshot');
  for (const node of snapshot.data.state.nodes) {
    node.daemon = { known: true, value: { address: addressOf(index), version: '1.14.1', online: true } };
    node.peers = { known: true, value: peers };
  }
  return snapshot;
}
const peer = (index: number, more: Partial<ObservedPeer> = {}) => aPeer(addressOf(index), more);
/** Its host reports this, and is heard from. */
async function say(index: number, ...facts: AgentFact[]): Promise<void> {
  await hosts[index]?.say(...facts);
  await api.database.query(`UPDATE host_status SET presence = 'online', last_seen_at = now() WHERE host_id = $1`, [
    hosts[index]?.id,
  ]);
}
const list = async (query = '', token?: string) =>
  (await api.ask('GET', `/v1/networks/${network}/paths${query}`, PathPage, token ? { token } : {})).body;
const brief = ({ items }: PathPage) =>
  items.map(({ node, peer: other, path, reason, disagrees }) => [
    `${node.name.split('-')[0]}>${other.name.split('-')[0]}`,
    path,
    reason?.code ?? null,
    disagrees,
  ]);

describe('the paths of a network', () => {
  it('are those between its nodes, from the view of each, with a reason where one is not direct', async () => {
    await say(0, look(0, [ROOT, peer(1)]));
    await say(1, look(1, [ROOT]));
    expect(brief(await list())).toEqual([
      ['left>right', 'direct', null, true],
      ['right>left', 'none', 'path-not-tried', true],
    ]);
    const relayed = peer(0, { path: 'relayed', endpoint: undefined, latencyMs: null });
    await say(1, { type: 'path.relayed', data: { node: hosts[1]?.node ?? 'nod_', after: relayed } });
    await api.database.query(`UPDATE paths SET since = since - interval '2 minutes' WHERE peer = $1`, [addressOf(0)]);
    const [left, right] = (await list()).items;
    expect(left).toMatchObject({
      ...{ endpoint: '192.0.2.1/9993', latencyMs: 3, stale: false, since: expect.any(String) },
      host: { name: hosts[0]?.name },
    });
    expect(right).toMatchObject({ path: 'relayed', endpoint: null, reason: null, disagrees: true });
  });

  it('name blocked UDP where a settled node reaches no root, or a finding of its host says so', async () => {
    await say(0, look(0, []));
    await say(1, look(1, [ROOT]));
    expect(brief(await list())[0]).toEqual(['left>right', 'none', 'path-not-tried', false]);
    await api.database.query(`UPDATE node_status SET updated_at = now() - interval '2 minutes' WHERE node_id = $1`, [
      hosts[0]?.node,
    ]);
    const [path] = (await list()).items;
    expect(path?.reason).toMatchObject({ code: 'path-udp-blocked', see: { method: 'GET', path: '/v1/findings' } });
    await say(0, look(0, [ROOT]));
    await api.database.query(
      `INSERT INTO findings (host_id, code, severity, cause, fix, ordinal, seq, since) VALUES ($1, 'udp-blocked', 'error', '', '', 1, 1, now())`,
      [hosts[0]?.id],
    );
    expect(brief(await list()).map(([, , code]) => code)).toEqual(['path-udp-blocked', 'path-udp-blocked']);
  });

  it('name a symmetric NAT where others reach a node at many ports of one address', async () => {
    const relayed = (index: number) => peer(index, { path: 'relayed', endpoint: undefined });
    await say(0, look(0, [ROOT, relayed(1)]));
    await say(1, look(1, [ROOT, relayed(0)]));
    await api.database.query(`UPDATE paths SET since = since - interval '2 minutes'`);
    expect(brief(await list())[0]).toEqual(['left>right', 'relayed', null, false]);
    await api.database.query(
      `INSERT INTO paths (node_id, peer, host_id, role, path, endpoint, since, ordinal, seq, updated_at)
       SELECT 'nod_' || n, $1, $2, 'LEAF', 'direct', '198.51.100.1/' || 20000 + n, now(), 1, 1, now() FROM generate_series(1, 4) AS n`,
      [addressOf(1), hosts[0]?.id],
    );
    expect(brief(await list())[0]).toEqual(['left>right', 'relayed', 'path-symmetric-nat', false]);
  });

  it('are unknown where a host has not said who its peers are, and stale where it is away', async () => {
    await say(0, look(0, [ROOT, peer(1)]));
    await say(1, look(1, [ROOT, peer(0)]));
    await api.database.query(`UPDATE host_status SET presence = 'unreachable' WHERE host_id = $1`, [hosts[0]?.id]);
    expect((await list()).items.map(({ path, stale }) => [path, stale])).toEqual([
      ['direct', true],
      ['direct', false],
    ]);
    await api.database.query(`UPDATE node_status SET peers_known = NULL WHERE node_id = $1`, [hosts[1]?.node]);
    await api.database.query(`DELETE FROM paths WHERE node_id = $1`, [hosts[1]?.node]);
    expect(brief(await list())[1]).toEqual(['right>left', 'unknown', null, false]);
  });

  it('come in pages, and for one node if asked', async () => {
    await say(0, look(0, [ROOT, peer(1)]));
    await say(1, look(1, [ROOT]));
    const first = await list('?limit=1');
    expect(brief(first)).toEqual([['left>right', 'direct', null, true]]);
    const second = await list(`?limit=1&after=${first.next}`);
    expect([brief(second)[0]?.[0], second.next]).toEqual(['right>left', null]);
    expect(brief(await list(`?node=${hosts[1]?.name}`)).map(([pair]) => pair)).toEqual(['right>left']);
  });

  it('are gone with a host that is removed', async () => {
    await say(0, look(0, [ROOT, peer(1)]));
    await say(1, look(1, [ROOT]));
    await api.ask('DELETE', `/v1/hosts/${hosts[1]?.name}`, Host);
    expect((await list()).items).toEqual([]);
    expect(await api.database.query('SELECT FROM paths WHERE host_id = $1', [hosts[1]?.id])).toEqual([]);
  });
});

describe('a token with a scope', () => {
  const tokenFor = async (scope: object) =>
    (
      await api.ask('POST', '/v1/tokens', ApiTokenMade, {
        body: { name: `t-${count}-${++made}`, role: 'viewer', scope },
      })
    ).body.secret;
  let made = 0;

  it('sees paths between the nodes in it, and nothing of other networks', async () => {
    await say(0, look(0, [ROOT, peer(1)]));
    await say(1, look(1, [ROOT, peer(0)]));
    const here = await tokenFor({ networks: [network] });
    expect(brief(await list('', here)).map(([pair, path]) => [pair, path])).toEqual([
      ['left>right', 'direct'],
      ['right>left', 'direct'],
    ]);
    const elsewhere = await tokenFor({ networks: ['8056c2e21d999999'] });
    await api.refused('GET', `/v1/networks/${network}/paths`, 'unknown-network', { token: elsewhere });
    await api.database.query(`UPDATE hosts SET labels = '{"site": "left"}' WHERE id = $1`, [hosts[0]?.id]);
    const half = await tokenFor({ hosts: 'site=left' });
    expect((await list('', half)).items).toEqual([]);
  });
});
