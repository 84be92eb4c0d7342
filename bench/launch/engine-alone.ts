import { NodeAddress } from '@orrery/shared/contracts';
import { Secret } from '@orrery/shared/runtime';
import { containerFiles } from '../../apps/agent/src/docker/container-files.js';
import { packArchive } from '../../apps/agent/src/docker/tar-archive.js';
import { addressInKernel } from './kernel-address.js';
import { OWN_PREFIX, type LaunchLab } from './launch-lab.js';
import { PLAIN_PORT, createPlain, gatewayOf, pidOf, plainBlueprint, removed } from './plain-container.js';
import { Timeline } from './timeline.js';
import type { Points } from './ways.js';

const SETTINGS = { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false };

/**
 * The unavoidable minimum: the engine creates and starts the container, and the daemon comes up and sets its address.
 * Everything else is prepared: identity, authorization, and the network in its home.
 */
export async function engineAlone(lab: LaunchLab): Promise<Points> {
  const { controller } = lab;
  const { world } = lab.world;
  const identity = await world.mint();
  await controller.authorize(lab.own, identity.address);
  const blueprint = plainBlueprint(lab, 'engine');
  const secrets = {
    address: NodeAddress.parse(identity.address),
    identityPublic: identity.public,
    identitySecret: new Secret(identity.secret),
    authToken: new Secret('e'.repeat(24)),
  };
  const memberships = [{ network: lab.own, settings: SETTINGS }];
  const files = containerFiles(
    { ...blueprint, memberships },
    secrets,
    { gateways: [await gatewayOf(lab)], port: PLAIN_PORT },
    [],
  );
  const archive = await packArchive([...files, ...world.moons]);
  const timeline = new Timeline();
  const container = await createPlain(lab, blueprint);
  try {
    timeline.mark('created');
    await container.putArchive(archive, { path: '/' });
    timeline.mark('files uploaded');
    await container.start();
    timeline.mark('started');
    await addressInKernel(await pidOf(container), OWN_PREFIX);
    timeline.mark('address in the kernel');
    return timeline.points;
  } finally {
    await removed(container);
  }
}
