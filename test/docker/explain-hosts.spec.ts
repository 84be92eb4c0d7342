import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import type { NetworkId } from '@orrery/shared/contracts';
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
});
