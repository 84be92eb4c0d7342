import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MembershipSettings, type MembershipItem } from '@orrery/shared/contracts';
import { steadyNow } from '@orrery/shared/runtime';
import { membershipItem, NETWORK } from '../../../../test/support/agent/items.js';
import { ReconcilingHost } from '../../../../test/support/agent/reconciling-host.js';
import { eventually } from '../../../../test/support/servers.js';
import { readProbations, type Way } from './probations.js';

/** An API that answers at once, until a test cuts the connection. */
class FakeWay implements Way {
  isCut = false;
  isUp = true;
  heardAt = -Infinity;
  ask(): void {
    if (!this.isCut) this.heardAt = steadyNow();
  }
}

describe('a change of a network of the host’s own zerotier-one', () => {
  let way: FakeWay;
  let host: ReconcilingHost;
  let item: MembershipItem;
  beforeEach(async () => {
    way = new FakeWay();
    host = await ReconcilingHost.start({ way });
    item = membershipItem({ node: host.hostNode, nodeKind: 'host' });
  });
  afterEach(() => host.stop());

  const joined = () => Object.keys(host.machine.host.daemon(host.machine.host.state.host).memberships);
  const probations = () => readProbations(host.home);
  const settledAs = (outcome: string) =>
    eventually(async () => (await host.outcomes(item.id)).at(-1) === outcome, { within: 30_000, what: outcome });

  it('is confirmed when the API answers after it, and nothing is rolled back', async () => {
    await host.want(item);
    await settledAs('done');
    await eventually(async () => (await probations()).length === 0, { within: 30_000, what: 'the confirmation' });
    expect(joined()).toEqual([NETWORK]);
    expect(await host.outcomes(item.id)).not.toContain('failed lockout-rolled-back');
  });

  it('is undone when the API becomes unreachable after it, settles with the cause, and is retried only at a new revision', async () => {
    way.isCut = true;
    await host.want(item);
    await eventually(() => joined().length === 1, { what: 'the join' });
    await settledAs('failed lockout-rolled-back');
    await eventually(() => joined().length === 0, { what: 'the network being left' });
    const looks = host.looks;
    await eventually(() => host.looks > looks + 1, { within: 12_000 });
    expect(joined()).toEqual([]);
    way.isCut = false;
    await host.want({ ...item, revision: 2 });
    await settledAs('done');
    expect(joined()).toEqual([NETWORK]);
  });

  it('restores the previous settings instead of leaving when the network was joined before', async () => {
    await host.want(item);
    await eventually(
      async () => (await host.outcomes(item.id)).at(-1) === 'done' && (await probations()).length === 0,
      {
        within: 30_000,
      },
    );
    way.isCut = true;
    const settings = MembershipSettings.parse({ allowManaged: ['10.0.0.0/8'], allowGlobal: true });
    await host.want({ ...item, revision: 2, settings });
    const now = () => host.machine.host.daemon(host.machine.host.state.host).memberships[NETWORK]?.settings;
    await eventually(() => now()?.allowGlobal === true, { what: 'the change' });
    await settledAs('failed lockout-rolled-back');
    await eventually(() => now()?.allowGlobal === false && now()?.allowManagedOnly.join() === '10.0.1.0/24', {
      what: 'the settings of before',
    });
  });

  it('is undone even when the agent was killed in between', async () => {
    way.isCut = true;
    await host.want(item);
    await eventually(async () => joined().length === 1 && (await probations()).length === 1);
    await host.stop();
    host = await ReconcilingHost.start({ way, again: host });
    await settledAs('failed lockout-rolled-back');
    await eventually(() => joined().length === 0, { what: 'the network being left' });
  });

  it('is not undone when the API was already unreachable before, because the change may not be the cause', async () => {
    way.isUp = false;
    way.isCut = true;
    await host.want(item);
    await settledAs('done');
    expect([await probations(), joined()]).toEqual([[], [NETWORK]]);
  });
});
