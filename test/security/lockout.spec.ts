import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventPage } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { PUBLIC, System } from '../support/system/system.js';

/** A step takes effect within a sixth of it, and a confirmation comes soon after. */
const CONFIRM_SECONDS = 8;

/**
 * docs/threats.md, the malicious network owner: a change of the host's own zerotier-one that takes the way to NATS
 * away.
 */
describe('a network that the zerotier-one of a host itself joined', () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start({
      hosts: ['far'],
      agent: () => ({ ORRERY_CONFIRM_SECONDS: String(CONFIRM_SECONDS) }),
      through: ['agents-nats'],
    });
  }, 120_000);
  afterAll(() => system?.close());

  const far = () => system.host('far');
  const joined = async () =>
    Object.keys((await far().simulated()).host.files).filter((file) => file === `${PUBLIC}.conf`);
  const onTrial = async () =>
    JSON.parse(await readFile(join(far().home, 'probations.json'), 'utf8').catch(() => '[]')) as unknown[];
  const change = (method: string) => system.change(method, `/v1/nodes/far/networks/${PUBLIC}`);
  const outcomes = async () =>
    (await system.api.get('/v1/events?type=item.settled&host=far', EventPage)).items.map(({ data }) => data['outcome']);

  it('stays when the host is heard from after the change: the control', async () => {
    await system.done((await change('PUT')).id);
    await eventually(async () => (await onTrial()).length === 0, { within: 60_000, what: 'the confirmation' });
    expect(await joined()).not.toEqual([]);
    expect(JSON.stringify(await outcomes())).not.toContain('lockout');
    await system.done((await change('DELETE')).id);
    await eventually(async () => (await joined()).length === 0, { within: 20_000, what: 'the leave' });
  }, 120_000);

  it('is left again by the agent alone when the way to NATS is gone, and the API learns of it once it is back', async () => {
    const link = system.proxies['agents-nats'];
    // From here on the agent gets no answer, so no confirmation can come before the way is cut for good.
    link?.hold('to-server');
    const { id } = await change('PUT');
    await eventually(async () => (await joined()).length > 0, { within: 30_000, every: 20, what: 'the join' });
    await link?.refuse();
    await eventually(async () => (await joined()).length === 0, { within: 60_000, what: 'the network being left' });
    expect(await onTrial()).toMatchObject([{ network: PUBLIC, phase: 'rolled-back', undo: { to: 'left' } }]);
    expect((await system.command(id)).state).not.toBe('failed');
    link?.heal();
    await link?.accept();
    const { outcome } = await system.reaches(id, ['failed']);
    expect(outcome).toMatchObject({ kind: 'failed', code: 'lockout-rolled-back' });
    expect(await outcomes()).toContainEqual(expect.objectContaining({ code: 'lockout-rolled-back' }));
  }, 120_000);
});
