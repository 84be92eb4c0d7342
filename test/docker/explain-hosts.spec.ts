import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { LabHosts } from './explain/lab-hosts.js';
import type { NetworkId } from '@orrery/shared/contracts';

jest.setTimeout(180_000);
const engine = await findLabEngine();

(engine ? describe : describe.skip)('trial', () => {
  let lab: LabHosts;
  let network: NetworkId;
  beforeAll(async () => {
    const t = performance.now();
    if (engine) lab = await LabHosts.open(engine, ['alpha', 'beta']);
    console.log('open', performance.now() - t);
  });
  afterAll(() => lab?.close());
  it('pings', async () => {
    const t = performance.now();
    console.log(await lab.orrery('network create shop --on alpha --wait=60s'));
    console.log('created', performance.now() - t);
    await Promise.all([
      lab.orrery('launch one --host alpha --network shop --wait=60s'),
      lab.orrery('launch two --host beta --network shop --wait=60s'),
    ]);
    console.log('launched', performance.now() - t);
    const out = await lab.orrery('network get shop -o json');
    network = JSON.parse(out).id;
    await lab.untilPings('alpha/one', 'beta/two', network);
    console.log('pinged', performance.now() - t);
    console.log(await lab.orrery('status'));
    console.log(await lab.orrery('membership get alpha/one shop'));
    expect(1).toBe(1);
  });
});
