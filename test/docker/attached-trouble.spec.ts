import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { NetworkId } from '@orrery/shared/contracts';
import { asOnCalmMachine } from '../support/calm.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/servers.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { DockerSystem, HOST } from './system/docker-system.js';
import { Workloads } from './system/workloads.js';

jest.setTimeout(240_000);
const engine = await findLabEngine();
const SOON_MS = 5_000;
const TIMES = 10;
/** Runs on while a file is there, and otherwise ends again and again. */
const MOODY = 'while [ -e /tmp/stay ]; do sleep 0.1; done; sleep 0.3; exit 1';

(engine ? describe : describe.skip)('an attachment in trouble, on a real engine', () => {
  let world: DockerSystem;
  let workloads: Workloads;
  let network: NetworkId;
  let policy: string;

  beforeAll(async () => {
    if (!engine) return;
    const folder = await temporaryFolder('policy');
    await chmod(folder, 0o700);
    policy = join(folder, 'policy.yaml');
    await allow('all');
    world = await DockerSystem.open(engine, { agent: { ORRERY_POLICY_FILE: policy } });
    workloads = new Workloads(world, engine.image);
    // Public, so that nobody must authorize.
    network = await world.controller.network('10.90.0', { private: false });
  });
  afterAll(async () => {
    await workloads?.close();
    await world?.close();
  });

  const allow = (rule: string) => writeFile(policy, `workloads: ${rule}\n`, { mode: 0o600 });
  const cli = (...words: string[]) => world.system.cli(...words);
  const attached = (service: string) => `${HOST}/${world.name(service)}`;
  async function attach(service: string): Promise<string> {
    const to = workloads.reference(service);
    const asked = await cli('attach', HOST, to, '--network', network, '--name', world.name(service));
    expect(asked.code).toBe(0);
    return workloads.addressed(network, service);
  }
  const causes = async (code: string) => {
    const rows = await world.system.sql<{ cause: string; network_id: string }>(
      `SELECT cause, network_id FROM findings WHERE source = 'agent' AND code = $1`,
      [code],
    );
    return rows.map(({ cause, network_id: of }) => ({ cause, network: of }));
  };
  const found = (code: string) =>
    eventually(async () => (await causes(code))[0], { within: 30_000, every: 50, what: `the finding ${code}` });
  const over = (code: string) =>
    eventually(async () => (await causes(code)).length === 0, { within: 30_000, what: `the end of ${code}` });
  /** The last thing that the host has told of a workload. */
  async function told(service: string) {
    const [row] = await world.system.sql<{ type: string; after: { denied?: object; labels?: object } | null }>(
      `SELECT type, data->'after' AS after FROM events WHERE type LIKE 'workload.%' AND data->>'workload' = $1
       ORDER BY id DESC LIMIT 1`,
      [workloads.reference(service)],
    );
    return row;
  }
  const started = async (service: string) => {
    const [sidecar] = await workloads.sidecars(service);
    const { State } = await world.docker.getContainer(sidecar?.Id ?? '').inspect();
    return State.StartedAt;
  };

  describe('whose workload its restart policy starts again and again', () => {
    const restarts = async () =>
      ((await workloads.container('moody').inspect()) as unknown as { RestartCount: number }).RestartCount;

    it('follows each of ten restarts by hand at once', async () => {
      await workloads.up('moody', {}, 1, {
        ...{ Entrypoint: ['bash', '-c'], Cmd: [`[ -e /tmp/was ] || touch /tmp/was /tmp/stay; ${MOODY}`] },
        HostConfig: { RestartPolicy: { Name: 'always' } },
      });
      const before = await attach('moody');
      for (let time = 0; time < TIMES; time++) {
        await workloads.container('moody').restart({ t: 0 });
        const begun = performance.now();
        expect(await workloads.addressed(network, 'moody')).toBe(before);
        expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(SOON_MS));
      }
      expect(await causes('workload-flapping')).toEqual([]);
    });

    it('is a finding, and its node is left in peace until it runs on', async () => {
      await workloads.inside('moody', 'rm', '/tmp/stay');
      const { cause } = await found('workload-flapping');
      expect(cause).toMatch(/-moody-1 was restarted \d+ times within 10 minutes by its restart policy$/);
      const [last, at] = [await started('moody'), await restarts()];
      await eventually(async () => (await restarts()) >= at + 2, { within: 30_000, what: 'it ends twice more' });
      expect(await started('moody')).toBe(last);
      const shown = async () => (await cli('container', 'get', attached('moody'))).out;
      await eventually(async () => /its node waits until it keeps running/.test(await shown()), {
        ...{ within: 15_000, every: 500, what: 'the attachment says what it waits for' },
      });
    });

    it('follows it at once when somebody starts it, and the finding is over', async () => {
      // Nothing can be run in a container that is between two starts.
      await eventually(async () => (await workloads.inside('moody', 'touch', '/tmp/stay')).code === 0, {
        ...{ within: 90_000, every: 20, what: 'it is told to stay' },
      });
      await workloads.container('moody').restart({ t: 0 });
      const begun = performance.now();
      await workloads.addressed(network, 'moody');
      expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(SOON_MS));
      await over('workload-flapping');
    });
  });

  it('is found in a network that its workload joined through the local API, until it is restarted', async () => {
    const foreign = await world.controller.network('10.89.0', { private: false });
    await workloads.up('taken', {});
    await attach('taken');
    const [sidecar] = await workloads.sidecars('taken');
    const port = sidecar?.Labels['io.orrery.port'];
    const { authtoken } = await tokenOf(sidecar?.Id ?? '');
    const request = [`POST /network/${foreign} HTTP/1.0`, `X-ZT1-Auth: ${authtoken}`, 'Content-Length: 2', '', '{}'];
    const script = `exec 3<>/dev/tcp/127.0.0.1/${port} && printf '%s' '${request.join('\r\n')}' >&3 && timeout 5 cat <&3`;
    expect((await workloads.inside('taken', 'bash', '-c', script)).out).toContain('200 OK');
    expect(await found('membership-unexpected')).toMatchObject({
      ...{ network: foreign, cause: expect.stringContaining(`is in the network ${foreign}`) },
    });
    // It is not left by itself.
    expect(await workloads.address(foreign, 'taken')).toMatch(/^10\.89\.0\./);
    expect((await cli('restart', attached('taken'), '--wait=60s')).code).toBe(0);
    await over('membership-unexpected');
    await workloads.addressed(network, 'taken');
    expect(await workloads.address(foreign, 'taken')).toBeUndefined();
  });

  async function tokenOf(id: string) {
    const exec = await world.docker.getContainer(id).exec({
      ...{ Cmd: ['cat', '/var/lib/zerotier-one/authtoken.secret'], AttachStdout: true, Tty: true },
    });
    const chunks: Buffer[] = [];
    for await (const chunk of await exec.start({ hijack: true, stdin: false, Tty: true })) chunks.push(chunk as Buffer);
    return { authtoken: Buffer.concat(chunks).toString('utf8').trim() };
  }

  describe('on a host that allows none', () => {
    it('keeps running, and its workload is looked at only because of its labels', async () => {
      await workloads.up('db', { 'orrery.network': network });
      await workloads.up('plain', {});
      const [inDb, inPlain] = [await attach('db'), await attach('plain')];
      const [ofDb, ofPlain] = [await started('db'), await started('plain')];
      await allow('none');
      const denied = { code: 'policy-denied', cause: expect.stringContaining('(rule workloads)') };
      await eventually(async () => (await told('db'))?.after?.denied, {
        within: 30_000,
        what: 'the labelled is denied',
      });
      expect(await told('db')).toMatchObject({ type: 'workload.changed', after: { denied } });
      await eventually(async () => (await told('plain'))?.type === 'workload.removed', {
        ...{ within: 30_000, what: 'nothing is told of the other' },
      });
      await found('policy-denied');
      expect([await workloads.address(network, 'db'), await workloads.address(network, 'plain')]).toEqual([
        inDb,
        inPlain,
      ]);
      expect([await started('db'), await started('plain')]).toEqual([ofDb, ofPlain]);
    });

    it('has nothing new attached there, and is followed again once the host allows it', async () => {
      const to = workloads.reference('moody');
      await workloads.container('plain').restart({ t: 0 });
      const again = await cli('attach', HOST, to, '--network', network, '--name', world.name('moody'), '--wait=30s');
      expect(again).toMatchObject({ code: 1, out: expect.stringContaining('policy-denied') });
      expect(await workloads.address(network, 'plain')).toBeUndefined();
      await allow('all');
      await workloads.addressed(network, 'plain');
      await eventually(async () => (await told('db'))?.after?.denied === undefined, {
        ...{ within: 30_000, what: 'the labelled is allowed' },
      });
      expect((await told('plain'))?.type).toMatch(/^workload\.(found|started|changed)$/);
      await over('policy-denied');
    });
  });
});
