import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Accepted, AdmissionPage, EventPage } from '@orrery/shared/contracts';
import { startCli } from '../cli/support/cli-process.js';
import { eventually } from '../support/servers.js';
import { expectSettledWorld } from '../support/system/settled-world.js';
import { System } from '../support/system/system.js';

const HOST = 'alpha';

/** docs/faults.md, F38. */
describe('an API that is killed while it authorizes a node', () => {
  let system: System;
  const admission = async (node: string) =>
    (await system.api.get('/v1/admissions?network=lab', AdmissionPage)).items.find((one) => one.node?.name === node);
  const told = async (type: string, address: string | null | undefined) =>
    (await system.api.get(`/v1/events?type=${type}`, EventPage)).items.filter(({ data }) => data.address === address);
  /** Kills the API at a point in the middle of a change, and starts it again. */
  const killedAt = async (point: string, change: () => Promise<unknown>) => {
    await system.api.process.kill('SIGTERM');
    await (await system.api.start({ ORRERY_CRASH_AT: point })).ready();
    // The kill can cut off its answer; what was committed holds.
    await change().catch(() => undefined);
    await eventually(() => system.api.process.exited, { within: 60_000, what: `the death at ${point}` });
    expect(system.api.process.child.signalCode).toBe('SIGKILL');
    await (await system.api.start()).ready();
  };

  beforeAll(async () => {
    system = await System.start({ hosts: [HOST] });
    const words = ['network', 'create', 'lab'];
    const { code, err } = await startCli(words, { ORRERY_URL: system.api.url, ORRERY_HOME: system.api.home }).ended;
    expect([code, err]).toEqual([0, expect.stringContaining('launching one on alpha')]);
  }, 180_000);
  afterAll(() => system?.close());

  it.each(['admission.before', 'admission.after'])(
    'at %s: the node is authorized, the event is written once and names who decided, and leaving deauthorizes it',
    async (point) => {
      const name = point.replaceAll('.', '-');
      const node = `${HOST}/${name}`;
      await killedAt(point, () => system.launch(HOST, name, 'lab'));
      const { id } = await system.launch(HOST, name, 'lab');
      await system.done(id);
      const { address, controller } = (await admission(node)) ?? {};
      expect([address, controller]).toEqual([
        expect.stringMatching(/^[0-9a-f]{10}$/),
        expect.objectContaining({ authorized: true }),
      ]);
      const isTold = async () => (await told('admission.authorized', address)).length > 0;
      await eventually(isTold, { within: 30_000, what: 'the event that it was authorized' });

      const { command } = await system.api.ask(
        'DELETE',
        `/v1/nodes/${encodeURIComponent(node)}/networks/lab`,
        Accepted,
      );
      await system.done(command.id);
      const isOut = async () => (await admission(node))?.controller?.authorized === false;
      await eventually(isOut, { within: 30_000, what: 'that it was deauthorized' });
      const [first, ...more] = await told('admission.authorized', address);
      expect([first?.data.by, more]).toEqual(['admission: fleet', []]);
      expect((await told('admission.deauthorized', address)).map(({ data }) => data.by)).toEqual(['admission: left']);
      await expectSettledWorld(system);
    },
    180_000,
  );
});
