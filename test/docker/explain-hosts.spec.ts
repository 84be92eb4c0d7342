import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { LabHosts } from './explain/lab-hosts.js';
import { proves, type Row } from './explain/row.js';

jest.setTimeout(240_000);
const engine = await findLabEngine();
const HOUR_MS = 3_600_000;

(engine ? describe : describe.skip)('orrery explain, about a host', () => {
  let lab: LabHosts;
  /** The route of `shop` itself. */
  let own: string;
  beforeAll(async () => {
    if (!engine) return;
    lab = await LabHosts.open(engine);
    own = (await lab.addressOf('alpha/one', lab.network)).replace(/\d+$/, '0/24');
    await Promise.all([alpha().installZeroTier(), beta().installZeroTier()]);
    await Promise.all(['alpha', 'beta'].map((host) => lab.orrery(`join ${host} shop --wait=60s`)));
  });
  afterAll(() => lab?.close());

  const alpha = () => lab.host('alpha');
  const beta = () => lab.host('beta');

  const rows: Row[] = [
    {
      name: 'a host whose agent is away',
      ...{ about: 'alpha', host: 'alpha', code: 'host-away' },
      fail: () => alpha().killAgent(),
    },
    {
      name: 'a clock that is an hour off',
      ...{ about: 'alpha', host: 'alpha', code: 'clock-skew' },
      fail: () => alpha().setClock(HOUR_MS),
    },
    {
      name: 'zerotier-one of the host killed',
      ...{ about: 'alpha', host: 'alpha', code: 'daemon-unreachable' },
      fail: () =>
        alpha().must('docker exec zerotier sh -c "read pid </var/lib/zerotier-one/zerotier-one.pid; kill -9 \\$pid"'),
    },
    {
      name: 'port 9993 taken while zerotier-one was down',
      ...{ about: 'alpha', host: 'alpha', code: 'udp-port-taken' },
      fail: async () => {
        await alpha().must('systemctl stop zerotier-one');
        await alpha().must(
          `'${process.execPath}' -e 'require("node:dgram").createSocket("udp4").bind(9993)' </dev/null >/dev/null 2>&1 & echo $! >"$HOST_LAB/squatter"`,
        );
        await alpha().must('systemctl start zerotier-one');
      },
      person: () => alpha().must('kill "$(cat "$HOST_LAB/squatter")"'),
    },
    {
      name: 'UDP of a host dropped by its firewall',
      ...{ about: 'alpha', host: 'alpha', code: 'udp-blocked' },
      fail: () =>
        alpha().must(`nft add table inet closed
          nft add chain inet closed out '{ type filter hook postrouting priority 0; }'
          nft add rule inet closed out oifname eth0 meta l4proto udp drop`),
      person: () => alpha().must('nft delete table inet closed'),
    },
    {
      name: 'a route of a network that is the LAN of the host',
      ...{ about: 'alpha', host: 'alpha', code: 'route-conflict' },
      fail: async () => {
        const lan = (await alpha().must('ip -o route show dev eth0 scope link')).split(' ')[0] ?? '';
        await lab.orrery(`network set shop --route ${own} --route ${lan}`);
      },
      person: () => lab.orrery(`network set shop --route ${own}`),
    },
    {
      name: 'the zerotier-one of a host copied to another one',
      ...{ about: 'alpha', host: 'alpha', code: 'address-claimed' },
      fail: async () => {
        await beta().must('systemctl stop zerotier-one');
        for (const file of ['identity.secret', 'identity.public'])
          await cp(join(alpha().folder, 'zerotier-one', file), join(beta().folder, 'zerotier-one', file));
        await beta().must('systemctl start zerotier-one');
      },
      person: () =>
        beta().must(
          'systemctl stop zerotier-one; rm "$HOST_LAB"/zerotier-one/identity.*; systemctl start zerotier-one',
        ),
    },
  ];

  proves(() => lab, rows);
});
