import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it, jest } from '@jest/globals';
import type { NetworkId, Path } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { LabHosts } from './explain/lab-hosts.js';
import { proves, type Row } from './explain/row.js';

jest.setTimeout(240_000);
const engine = await findLabEngine();
const HOUR_MS = 3_600_000;

(engine ? describe : describe.skip)('orrery explain, about a host', () => {
  let lab: LabHosts;
  /** A network at a controller that Orrery did not launch: the zerotier-one of beta itself. */
  let kept: NetworkId;
  /** The route of `shop` itself. */
  let own: string;
  beforeAll(async () => {
    if (!engine) return;
    lab = await LabHosts.open(engine);
    own = (await lab.addressOf('alpha/one', lab.network)).replace(/\d+$/, '0/24');
    await Promise.all([alpha().installZeroTier(), beta().installZeroTier()]);
    await lab.orrery('controller add beta --existing');
    await lab.orrery('network create kept --controller beta --wait=60s');
    kept = await lab.idOf('kept');
    for (const node of ['alpha/one', 'beta/two']) await lab.orrery(`join ${node} kept --wait=60s`);
    await Promise.all(['alpha', 'beta'].map((host) => lab.orrery(`join ${host} shop --wait=60s`)));
  });
  afterAll(() => lab?.close());

  const alpha = () => lab.host('alpha');
  const beta = () => lab.host('beta');

  const rows: Row[] = [
    {
      name: 'a host whose agent is away',
      ...{ about: 'alpha', code: 'host-away' },
      fail: () => alpha().killAgent(),
    },
    {
      name: 'a clock that is an hour off',
      ...{ about: 'alpha', code: 'clock-skew' },
      fail: () => alpha().setClock(HOUR_MS),
    },
    {
      name: 'zerotier-one of the host killed',
      ...{ about: 'alpha', code: 'daemon-unreachable' },
      fail: () =>
        alpha().must('docker exec zerotier sh -c "read pid </var/lib/zerotier-one/zerotier-one.pid; kill -9 \\$pid"'),
    },
    {
      // One that Orrery launched is started again at once.
      name: 'a controller whose container was killed',
      ...{ about: 'alpha/one kept', code: 'controller-away' },
      fail: () => beta().must('docker kill zerotier'),
      holds: () => lab.untilPings('alpha/one', 'beta/two', kept),
    },
    {
      name: 'port 9993 taken while zerotier-one was down',
      ...{ about: 'alpha', code: 'port-9993-taken' },
      fail: async () => {
        await alpha().must('systemctl stop zerotier-one');
        await alpha().background('squatter', 9993, "require('node:dgram').createSocket('udp4').bind(9993)");
        await alpha().must('systemctl start zerotier-one');
      },
      person: () => alpha().stopBackground('squatter'),
    },
    {
      name: 'a route of a network that is the LAN of the host',
      ...{ about: 'alpha', code: 'route-conflict' },
      fail: async () => {
        const lan = (await alpha().must('ip -o route show dev eth0 scope link')).split(' ')[0] ?? '';
        await lab.orrery(`network set shop --route ${own} --route ${lan}`);
      },
      person: () => lab.orrery(`network set shop --route ${own}`),
    },
    {
      name: 'the zerotier-one of a host copied to another one',
      ...{ about: 'alpha', code: 'address-claimed' },
      fail: async () => {
        await beta().must('systemctl stop zerotier-one; cp -a "$HOST_LAB/zerotier-one" "$HOST_LAB/before"');
        for (const file of ['identity.secret', 'identity.public'])
          await cp(join(alpha().folder, 'zerotier-one', file), join(beta().folder, 'zerotier-one', file));
        await beta().must('systemctl start zerotier-one');
      },
      person: () =>
        beta().must(
          'systemctl stop zerotier-one; cp -a "$HOST_LAB"/before/identity.* "$HOST_LAB/zerotier-one/"; systemctl start zerotier-one',
        ),
    },
  ];

  proves(() => lab, rows);

  /** How each of the two hosts reaches the other, in its own view. */
  const paths = async () => {
    const items = JSON.parse(await lab.orrery('paths shop -o json')) as Path[];
    const between = items.filter(({ node, peer }) => node.kind === 'host' && peer.kind === 'host');
    return between.map(({ node, path }) => [node.name, path]).sort();
  };
  const direct = [
    ['alpha', 'direct'],
    ['beta', 'direct'],
  ];

  // It works, so nothing is wrong; zerotier-one itself gives up a path that was direct after four minutes, or when it is started again.
  it('UDP dropped between two nodes only: they are relayed, and direct again when it passes', async () => {
    // zerotier-one looks for a path only where something is sent.
    const sent = async () => [await lab.pings('alpha', 'beta', lab.network), await paths()] as const;
    const areDirect = async () => JSON.stringify((await sent())[1]) === JSON.stringify(direct);
    await eventually(areDirect, { within: 60_000, every: 500, what: 'a direct path' });
    const place = (await beta().must('ip -o -4 addr show dev eth0')).match(/inet ([\d.]+)/)?.[1] ?? '';
    await alpha().must(`nft add table inet parted
      nft add chain inet parted in '{ type filter hook prerouting priority -300; }'
      nft add chain inet parted out '{ type filter hook postrouting priority 0; }'
      nft add rule inet parted in ip saddr ${place} meta l4proto udp drop
      nft add rule inet parted out ip daddr ${place} meta l4proto udp drop
      systemctl restart zerotier-one`);
    const isRelayed = async () => {
      const [reaches, seen] = await sent();
      return reaches && seen.some(([node, path]) => node === 'alpha' && path === 'relayed');
    };
    await eventually(isRelayed, { within: 60_000, every: 500, what: 'a relayed path' });
    await alpha().must('nft delete table inet parted');
    await eventually(areDirect, { within: 90_000, every: 500, what: 'a direct path again' });
  });
});
