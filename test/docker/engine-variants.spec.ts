import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { isLong } from '../support/system/scaled.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { EngineVariant, type VariantOptions } from './machine/engine-variant.js';
import { MachineLab } from './machine/machine-lab.js';
import { DockerSystem, HOST } from './system/docker-system.js';
import { asOnCalmMachine } from '../support/calm.js';

jest.setTimeout(180_000);
/** No controller answers for it, and none needs to. */
const NETWORK = '8056c2e21c000001';
const SETTINGS = { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false };
const engine = await findLabEngine();
const possible = engine !== undefined && (await EngineVariant.isPossible());
if (engine && !possible)
  process.stderr.write('LEFT OUT: engines with a fault need root, dockerd, containerd and unshare\n');
const suite = possible ? describe : describe.skip;

/** An engine with a fault and a machine on it, for the tests of one suite. */
function onVariant(options: VariantOptions): () => { lab: MachineLab; variant: EngineVariant } {
  let variant: EngineVariant | undefined;
  let lab: MachineLab | undefined;
  beforeAll(async () => {
    if (!engine || !possible) return;
    variant = await EngineVariant.start(engine, options);
    lab = await MachineLab.open(variant.engine, { alone: true });
  });
  afterAll(async () => {
    await lab?.close();
    await variant?.stop();
  });
  return () => {
    if (!lab || !variant) throw new Error('the engine did not start');
    return { lab, variant };
  };
}

/** Runs everything up to the start, and returns how the start is refused, which must take less than ten seconds. */
async function refusedStart(lab: MachineLab) {
  const blueprint = lab.blueprint('launch', [NETWORK]);
  const { node, item, image } = blueprint;
  await lab.do({ node, item, step: 'mint-identity', image });
  await lab.do({ node, item, step: 'create-container', blueprint });
  const engineId = await lab.engineIdOf(blueprint);
  const begun = performance.now();
  const error = await lab.refusal({ node, item, step: 'start-container', engineId });
  expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(10_000));
  return error;
}

/** docs/faults.md, F13, through all of Orrery, on the engine of the enclosing suite. */
function failsAtOnce(engineOf: () => { variant: EngineVariant }, code: string, fix: string): void {
  let world: DockerSystem | undefined;
  beforeAll(async () => {
    if (possible) world = await DockerSystem.open(engineOf().variant.engine, { controller: false });
  }, 180_000);
  afterAll(() => world?.close(), 60_000);

  it('fails within ten seconds with its cause and its fix, and is not "running, healthy"', async () => {
    if (!world) throw new Error('there is no system');
    const name = world.name('demo');
    const begun = performance.now();
    const launched = await world.system.cli(...['launch', name, '--host', HOST, '--network', NETWORK, '--wait=40s']);
    expect([launched.code, launched.out]).toEqual([1, expect.stringContaining(code)]);
    expect(launched.out).toContain(fix);
    expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(15_000));
    expect((await world.system.cli('status')).out).not.toContain('No problems found');
    const removed = await world.system.cli('rm', `${HOST}/${name}`, '--yes', '--wait=40s');
    expect([removed.code, removed.out]).toEqual([0, expect.stringContaining('removed')]);
  });
}

suite('the real machine where there is no TUN device', () => {
  const open = onVariant({ number: 225, tun: false });

  it('fails a launch with the cause and the fix', async () => {
    const error = await refusedStart(open().lab);
    expect(error).toMatchObject({ code: 'tun-missing', fix: expect.stringContaining('modprobe tun') });
  });

  describe('a launch on an engine without a TUN device', () => failsAtOnce(open, 'tun-missing', 'modprobe tun'));
});

suite('the real machine where TAP devices cannot be configured', () => {
  const open = onVariant({ number: 227, tap: false });

  it('fails a launch with the cause and the fix, although the daemon keeps running', async () => {
    const error = await refusedStart(open().lab);
    expect(error).toMatchObject({ code: 'net-admin-missing', fix: expect.stringContaining('NET_ADMIN') });
  });

  it('fails a join on a running node with the same words', async () => {
    const { lab } = open();
    const blueprint = lab.blueprint('join');
    const { node, item } = blueprint;
    await lab.launch(blueprint);
    const about = { node, item, nodeKind: 'container' as const, network: NETWORK };
    const error = await lab.refusal({ ...about, step: 'join-network', settings: SETTINGS });
    expect(error).toMatchObject({ code: 'net-admin-missing' });
    expect((await lab.nodeOf(blueprint)).memberships).toEqual({ known: true, value: [] });
  });

  // The short form shows this through the machine alone.
  if (isLong)
    describe('a launch on an engine that withholds NET_ADMIN', () =>
      failsAtOnce(open, 'net-admin-missing', 'NET_ADMIN'));

  it('reports unknown while the engine is stopped, and reports hints and state again soon after it is back', async () => {
    const { lab, variant } = open();
    const blueprint = lab.blueprint('restart');
    await lab.launch(blueprint);
    const address = (await lab.identities.get(blueprint.node))?.address;
    let hints = 0;
    const abort = new AbortController();
    lab.machine.watch(() => hints++, abort.signal);
    await eventually(() => hints > 0, { what: 'the first hint' });
    await variant.halt();
    expect(await lab.look()).toMatchObject({ engine: { known: false }, containers: { known: false } });
    expect(await lab.nodeOf(blueprint)).toMatchObject({
      daemon: { known: false, code: 'docker-unreachable' },
      interfaces: { known: false },
    });
    const before = hints;
    await variant.boot();
    await eventually(() => hints > before, { within: 30_000, what: 'a hint that the engine is back' });
    // unless-stopped: the engine restarts it.
    await eventually(async () => (await lab.nodeOf(blueprint)).daemon.known, { within: 30_000, what: 'the daemon' });
    expect((await lab.nodeOf(blueprint)).daemon).toMatchObject({ value: { address } });
    abort.abort();
  });
});
