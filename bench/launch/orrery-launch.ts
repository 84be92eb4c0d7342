import { once } from 'node:events';
import { Command, type Stage } from '@orrery/shared/contracts';
import { containerName } from '../../apps/agent/src/docker/labels.js';
import { eventually } from '../../test/support/eventually.js';
import { addressInKernel } from './kernel-address.js';
import { HOST_OF, KEPT, KEPT_PREFIX, type LaunchLab } from './launch-lab.js';
import { pidOf } from './plain-container.js';
import { now, Timeline } from './timeline.js';
import type { Points } from './ways.js';

/** Stages that only Orrery knows; everything else is observed from outside. */
const STAGES: Partial<Record<Stage, string>> = {
  authorized: 'authorized',
  delivered: 'published, and taken by the agent',
  identity: 'identity',
  daemon: 'daemon seen by the agent',
  done: 'command done in Postgres',
};

/** `orrery launch --wait` as a person runs it: from the start of the program to its end. */
export async function orreryLaunch(lab: LaunchLab, way: 'warm' | 'cold'): Promise<Points> {
  const { system, docker } = lab.world;
  const [name, host] = [lab.nextName(way), HOST_OF[way]];
  const container = containerName(name);
  const words = ['launch', name, '--host', host, '--network', KEPT, '--wait=90s', '-o', 'json'];
  try {
    const timeline = new Timeline();
    const inKernel = lab.clock.at('start', container).then(async () => {
      await addressInKernel(await pidOf(docker.getContainer(container)), KEPT_PREFIX);
      return now();
    });
    inKernel.catch(() => undefined);
    const orrery = await system.startCli(...words);
    await once(orrery.child, 'close');
    timeline.mark('orrery ended');
    if (orrery.child.exitCode !== 0) throw new Error(`orrery ${words.join(' ')}: ${orrery.output}`);
    timeline.mark('address in the kernel', await inKernel);
    const command = Command.parse(JSON.parse(orrery.stdout));
    timeline.mark('command committed', await committedAt(lab, command));
    markStages(timeline, command, way);
    timeline.mark('created', await lab.clock.at('create', container));
    timeline.mark('files uploaded', await lab.clock.at('extract-to-dir', container));
    timeline.mark('started', await lab.clock.at('start', container));
    timeline.mark('address in Postgres', await addressEvent(lab, command));
    return timeline.points;
  } finally {
    await takenAway(lab, host, name);
  }
}

/**
 * Removes the container. A failure is only printed: after a failed launch it may not exist, and the launch is what
 * matters.
 */
async function takenAway({ world }: LaunchLab, host: string, name: string): Promise<void> {
  const path = `/v1/hosts/${host}/containers/${name}`;
  const gone = world.system.change('DELETE', path).then(({ id }) => world.system.done(id));
  await gone.catch((error: unknown) => process.stderr.write(`${name} was not removed: ${String(error)}\n`));
}

/** A launch of the wrong kind does not count as a measurement. */
function markStages(timeline: Timeline, { createdAt, stages }: Command, way: 'warm' | 'cold'): void {
  const accepted = Date.parse(createdAt);
  for (const { stage, ms } of stages) {
    const name = STAGES[stage];
    if (name) timeline.mark(name, accepted + ms);
  }
  const isWarm = stages.some(({ stage, detail }) => stage === 'identity' && detail.includes('pre-generated'));
  if (isWarm !== (way === 'warm'))
    throw new Error(`the launch was ${isWarm ? 'warm' : 'cold'}: ${JSON.stringify(stages)}`);
}

/** When the transaction that created the command ended. The command itself shows when it began. */
async function committedAt({ world }: LaunchLab, { id }: Command): Promise<number> {
  const [row] = await world.system.sql<{ at: number }>(
    `SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS at FROM command_stages
      WHERE command_id = $1 AND stage = 'accepted'`,
    [id],
  );
  if (!row) throw new Error(`the command ${id} was never accepted`);
  return row.at;
}

/** When the event of the node's address was committed. */
async function addressEvent({ world }: LaunchLab, { node }: Command): Promise<number> {
  const row = async () => {
    const rows = await world.system.sql<{ at: number }>(
      `SELECT extract(epoch FROM committed_at)::float8 * 1000 AS at FROM events
        WHERE type = 'address.assigned' AND node_id = $1 ORDER BY id LIMIT 1`,
      [node],
    );
    return rows[0]?.at;
  };
  return eventually(row, { what: 'the event of the address' });
}
