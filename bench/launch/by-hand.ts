import { packArchive, type ArchiveEntry } from '../../apps/agent/src/docker/tar-archive.js';
import { DAEMON_HOME } from '../../apps/agent/src/docker/container-profile.js';
import { eventually } from '../../test/support/eventually.js';
import { talkTo, type Talk } from '../../test/support/zerotier/local-api.js';
import { addressInKernel } from './kernel-address.js';
import { OWN_PREFIX, type LaunchLab } from './launch-lab.js';
import { createPlain, gatewayOf, pidOf, plainBlueprint, removed } from './plain-container.js';
import { Timeline } from './timeline.js';
import type { Points } from './ways.js';

const TOKEN = 'b'.repeat(24);
const HOME = DAEMON_HOME.slice(1);

/**
 * The quickest way without Orrery, done by a script that loses no time: start the container bare, read its address as
 * soon as it answers, authorize that on the controller, join. Only this closed environment also needs a root in the
 * node's home.
 */
export async function byHand(lab: LaunchLab): Promise<Points> {
  const { controller } = lab;
  const { world } = lab.world;
  const archive = await packArchive([...homeOf(await gatewayOf(lab)), ...world.moons]);
  const timeline = new Timeline();
  const container = await createPlain(lab, plainBlueprint(lab, 'hand'));
  try {
    timeline.mark('created');
    await container.putArchive(archive, { path: '/' });
    await container.start();
    timeline.mark('started');
    const talk = talkTo(await world.ipOf(container), 9993, TOKEN);
    const address = await eventually(() => addressOf(talk), { every: 10, what: 'the address of the node' });
    timeline.mark('daemon answers');
    await controller.authorize(lab.own, address);
    timeline.mark('authorized');
    await talk({ method: 'POST', path: `/network/${lab.own}`, body: {} });
    timeline.mark('join asked for');
    await addressInKernel(await pidOf(container), OWN_PREFIX);
    timeline.mark('address in the kernel');
    return timeline.points;
  } finally {
    await removed(container);
  }
}

async function addressOf(talk: Talk): Promise<string | undefined> {
  const { body } = await talk({ method: 'GET', path: '/status' });
  return (body as { address?: string }).address;
}

function homeOf(gateway: string): ArchiveEntry[] {
  const settings = { allowManagementFrom: [`${gateway}/32`, '127.0.0.1/32'] };
  const file = (name: string, content: string): ArchiveEntry => ({ path: `${HOME}/${name}`, mode: 0o600, content });
  return [
    { path: HOME, mode: 0o700 },
    { path: `${HOME}/moons.d`, mode: 0o700 },
    file('authtoken.secret', TOKEN),
    file('local.conf', JSON.stringify({ settings })),
  ];
}
