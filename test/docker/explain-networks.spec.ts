import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { interfaceName, type NetworkId } from '@orrery/shared/contracts';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { LabHosts } from './explain/lab-hosts.js';
import { proves, type Row } from './explain/row.js';

jest.setTimeout(240_000);
const engine = await findLabEngine();
/** zerotier-one reports a deleted network after 57 s (docs/zerotier-facts.md). */
const DELETED_LATE_MS = 60_000;

(engine ? describe : describe.skip)('orrery explain, about a node in a network', () => {
  let lab: LabHosts;
  /** Admits only whom somebody authorizes. */
  let vault: NetworkId;
  /** At a controller that Orrery does not manage; admits everybody. */
  let foreign: NetworkId;

  beforeAll(async () => {
    if (!engine) return;
    lab = await LabHosts.open(engine);
    vault = await lab.created('vault', '--admit manual');
    foreign = await lab.foreign.network('10.97.0', { private: false });
    await lab.orrery('membership authorize beta/two vault');
    await lab.orrery('join beta/two vault --wait=60s');
    for (const node of ['alpha/one', 'beta/two']) await lab.orrery(`join ${node} ${foreign} --wait=60s`);
  });
  afterAll(() => lab?.close());

  const inVault = () => lab.untilPings('alpha/one', 'beta/two', vault);
  const alpha = () => lab.host('alpha');

  const rows: Row[] = [
    {
      name: 'a node that nobody has authorized',
      ...{ about: 'alpha/one', code: 'authorization' },
      fail: () => lab.orrery('join alpha/one vault'),
      holds: inVault,
    },
    {
      name: 'a node that was deauthorized, while its zerotier-one still says OK',
      ...{ about: 'alpha/one vault', code: 'authorization' },
      fail: () => lab.orrery('membership deny alpha/one vault --yes'),
      holds: inVault,
    },
    {
      name: 'a network that does not exist',
      ...{ about: 'alpha/one', code: 'network-not-found' },
      fail: () => lab.orrery(`join alpha/one ${lab.foreign.unknownNetwork}`),
    },
    {
      name: 'a network that its owner deleted',
      ...{ about: 'alpha/one', code: 'network-not-found', lateMs: DELETED_LATE_MS },
      fail: () => lab.foreign.delete(foreign),
    },
    {
      name: 'an address that somebody removed',
      ...{ about: 'alpha/one', code: 'address' },
      fail: async () => {
        const address = await lab.addressOf('alpha/one', lab.network);
        await alpha().inNetworkOf('one', `ip addr del ${address}/24 dev ${interfaceName(lab.network)}`);
      },
    },
    {
      name: 'a policy that denies the network',
      ...{ about: 'alpha/one vault', code: 'policy-denied' },
      fail: () => allow(`networks: { deny: ['${vault}'] }\n`),
      person: () => allow('networks: {}\n'),
      holds: inVault,
    },
  ];
  const allow = (rules: string) => writeFile(join(alpha().folder, 'policy.yaml'), rules, { mode: 0o600 });

  proves(() => lab, rows);
});
