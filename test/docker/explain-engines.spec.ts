import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { LabHost } from './explain/lab-host.js';
import { LabHosts } from './explain/lab-hosts.js';
import { proves, type Row } from './explain/row.js';

jest.setTimeout(240_000);
const engine = await findLabEngine();
if (engine && !LabHost.hasDeviceGroups)
  process.stderr.write('LEFT OUT: a TUN device that is denied needs control groups of version 1\n');
/** zerotier-one greets a root that is silent again after a minute at the latest: before that, silence says nothing. */
const SILENT_MS = 95_000;
/** On the host itself, an image of which no registry knows anything. */
const IMAGE = '127.0.0.1:5000/zerotier:lab';
/** A registry that has nothing. */
const REGISTRY = `require('node:http').createServer((asked, answered) => {
  answered.writeHead(asked.url === '/v2/' ? 200 : 404, { 'content-type': 'application/json' });
  answered.end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
}).listen(5000)`;

(engine ? describe : describe.skip)('orrery explain, about a container and its host', () => {
  let lab: LabHosts;
  beforeAll(async () => {
    if (!engine) return;
    lab = await LabHosts.open(engine);
    await alpha().must(`docker tag ${engine.image} ${IMAGE}`);
    await alpha().background('registry', 5000, REGISTRY);
    await lab.launched('alpha/own', `--image ${IMAGE}`);
  });
  afterAll(() => lab?.close());

  const alpha = () => lab.host('alpha');
  const restart = () => alpha().shell('docker restart --time 0 orrery-one');

  // Denied to a running container alone, zerotier-one 1.14.1 dies of the next join (SIGSEGV), and its engine starts it with the device.
  const denied = (): Row[] => [
    {
      name: 'a TUN device that is denied to the whole host',
      ...{ about: 'alpha/one', code: 'tun-denied' },
      fail: async () => {
        await alpha().tun('deny');
        await restart();
      },
      person: () => alpha().tun('allow'),
    },
  ];

  const rows: Row[] = [
    {
      name: 'a host without a TUN device',
      ...{ about: 'alpha/one', code: 'tun-missing' },
      fail: async () => {
        await alpha().must('rm /dev/net/tun');
        await restart();
      },
    },
    ...(LabHost.hasDeviceGroups ? denied() : []),
    {
      name: 'an engine that refuses NET_ADMIN',
      ...{ about: 'alpha/one', code: 'net-admin-missing' },
      fail: () => alpha().variant.reboot({ tap: false }),
      person: () => alpha().variant.reboot({ tap: true }),
    },
    {
      name: 'an image that is nowhere anymore',
      ...{ about: 'alpha/own', code: 'image-absent' },
      fail: () => alpha().must(`docker rmi ${IMAGE} && docker rm --force orrery-own`),
      person: () => alpha().must(`docker tag ${engine?.image ?? ''} ${IMAGE}`),
      holds: () => lab.untilPings('alpha/own', 'beta/two', lab.network),
    },
    {
      name: 'a daemon that hangs in its container',
      ...{ about: 'alpha/one', code: 'daemon-unreachable' },
      fail: () => alpha().must(`kill -STOP $(pgrep -P $(docker inspect --format '{{.State.Pid}}' orrery-one))`),
    },
    {
      name: 'a firewall that drops the UDP of a host',
      ...{ about: 'alpha/one', code: 'udp-blocked', lateMs: SILENT_MS },
      fail: () =>
        alpha().must(`nft add table inet closed
          nft add chain inet closed in '{ type filter hook prerouting priority -300; }'
          nft add chain inet closed out '{ type filter hook postrouting priority 0; }'
          nft add rule inet closed in meta l4proto udp drop
          nft add rule inet closed out meta l4proto udp drop`),
      person: () => alpha().must('nft delete table inet closed'),
    },
  ];

  proves(() => lab, rows);
});
