import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ContainerPage, MembershipPage, type Command } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import type { LabNode } from '../support/zerotier/lab-world.js';
import { buildZtImage } from './orrery-zt/zt-image.js';
import { holdControllerName } from './system/controller-name.js';
import { DockerSystem, HOST } from './system/docker-system.js';

jest.setTimeout(300_000);

const engine = await findLabEngine();
const WARM = 4;
const TEN = 10;
/** A node that its root dropped greets it again after five seconds. */
const DROPPED_MS = 4_900;

(engine ? describe : describe.skip)('a root of your own that does not know the nodes', () => {
  let system: DockerSystem;
  let image: string | undefined;
  let release: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    if (!engine) return;
    release = await holdControllerName();
    image = await buildZtImage(engine.docker, engine.image);
    system = await DockerSystem.open(engine, {
      ownRoot: image,
      agent: { ORRERY_WARM_IDENTITIES: String(WARM), ORRERY_START_SPACING_SECONDS: '2.1' },
    });
  });
  afterAll(async () => {
    try {
      await system?.close();
    } finally {
      await release?.();
    }
    if (image) await engine?.docker.getImage(image).remove();
  });

  /** Whether the node has a path to its root. */
  const findsRoot = async ({ talk }: LabNode) => {
    const { body } = await talk({ method: 'GET', path: '/peer' });
    const peers = Array.isArray(body) ? (body as { role: string; paths: { active: boolean }[] }[]) : [];
    return peers.some(({ role, paths }) => role === 'MOON' && paths.some(({ active }) => active));
  };

  it('accepts one of two that start at once', async () => {
    const nodes = await Promise.all(['one', 'two'].map((name) => system.world.createMember(name)));
    await Promise.all(nodes.map(({ container }) => container.start()));
    const found = await eventually(
      async () => {
        const all = await Promise.all(nodes.map((node) => findsRoot(node).catch(() => false)));
        return all.includes(true) && all;
      },
      { within: 30_000, every: 100, what: 'one of them finds its root' },
    );
    expect(found.filter((one) => one)).toHaveLength(1);
  });

  it('accepts all that Orrery launches at once, because it was told of them in advance', async () => {
    const isKnown = async () => {
      const rows = await system.system.sql<{ address: string }>(`SELECT address FROM identities WHERE state = 'free'`);
      const isOne = ({ address }: { address: string }) =>
        access(join(system.door, 'known', address)).then(
          () => true,
          () => false,
        );
      return rows.length === WARM && (await Promise.all(rows.map(isOne))).every((known) => known);
    };
    const allKnown = () =>
      eventually(isKnown, { within: 60_000, every: 200, what: `the root knows ${WARM} identities` });
    // The controller as well: one that its root dropped is reached by nobody for five seconds.
    await allKnown();
    expect((await system.system.cli('network', 'create', 'lab', '--on', HOST, '--wait=60s')).code).toBe(0);
    await allKnown();
    const names = ['a', 'b', 'c'].map((word) => system.name(word));
    const launches = names.map((name) =>
      system.system.cli('launch', name, '--host', HOST, '--network', 'lab', '--wait=60s', '-o', 'json'),
    );
    for (const { code, stdout } of await Promise.all(launches)) {
      expect(code).toBe(0);
      const { stages } = JSON.parse(stdout) as Command;
      const at = (stage: string) => stages.find((one) => one.stage === stage)?.ms ?? NaN;
      expect(at('done') - at('started')).toBeLessThan(DROPPED_MS);
    }
  });

  it('shows that each of them has heard from another node', async () => {
    const isHeard = async () => {
      const { items } = await system.system.api.get('/v1/memberships', MembershipPage);
      return items.length === 3 && items.every(({ heard, heardSince }) => heard && heardSince !== null);
    };
    await eventually(isHeard, { within: 30_000, every: 500, what: 'all three were heard' });
    const events = await system.system.sql<{ type: string }>(`SELECT type FROM events WHERE type = 'node.heard'`);
    expect(events.length).toBeGreaterThanOrEqual(3);
  });

  // F34
  it('starts ten at once, more than it was told of: the others go one after another and say so', async () => {
    const names = Array.from({ length: TEN }, (_, at) => system.name(`ten-${at}`));
    const launches = names.map((name) =>
      system.system.cli('launch', name, '--host', HOST, '--network', 'lab', '--wait=120s', '-o', 'json'),
    );
    const stages = (await Promise.all(launches)).map(({ code, stdout }) => {
      expect(code).toBe(0);
      return (JSON.parse(stdout) as Command).stages;
    });
    const waited = stages.flatMap((all) => all.filter(({ stage }) => stage === 'queued'));
    expect(waited.length).toBeGreaterThan(0);
    expect(waited.length).toBeLessThan(TEN);
    for (const { detail } of waited) expect(detail).toMatch(/^\d before it, about \d+ s$/);
  });

  // F34
  it('has heard from all of them again after their engine has restarted them at once', async () => {
    const started = async () => {
      const { items } = await system.system.api.get('/v1/containers', ContainerPage);
      return new Map(items.map(({ node, status }) => [node.id, status?.startedAt ?? '']));
    };
    // What a node has heard counts from its last start.
    const reached = async (after: string) => {
      const since = await started();
      const { items } = await system.system.api.get('/v1/memberships', MembershipPage);
      const missing = items.filter(
        ({ node, status, heard }) => status !== 'OK' || !heard || String(since.get(node.id)) <= after,
      );
      if (missing.length > 0) throw new Error(missing.map((one) => JSON.stringify(one)).join('\n'));
      return items.map(({ node, addresses }) => `${node.name} ${addresses.join()}`).sort();
    };
    const before = await eventually(() => reached(''), { within: 30_000, every: 500, what: 'all were heard' });
    expect(before).toHaveLength(TEN + 3);
    const begun = new Date().toISOString();
    const names = (await system.ours()).map(({ Id }) => Id);
    await Promise.all(names.map((id) => system.docker.getContainer(id).restart({ t: 5 })));
    const after = await eventually(() => reached(begun), { within: 60_000, every: 500, what: 'all were heard again' });
    expect(after).toEqual(before);
  });
});
