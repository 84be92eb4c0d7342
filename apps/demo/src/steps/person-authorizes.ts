import { Admission, Membership, type Command } from '@orrery/shared/contracts';
import { z } from 'zod';
import { pathOf } from '../orrery/orrery.js';
import { CAST, nodeOf } from '../story/cast.js';
import { mustHold } from '../story/not-so.js';
import type { Scene } from '../story/scene.js';
import type { Step } from '../story/step.js';
import { until } from '../story/until.js';
import { launch } from './launched-admitted.js';
import { makeNetwork } from './private-network.js';

export const personAuthorizes: Step = {
  name: 'person',
  title: 'a network where a person authorizes',
  async run(scene) {
    const { orrery } = scene;
    const { id } = await makeNetwork(orrery, CAST.manualNetwork, 'manual');
    const command = await orrery.settled((await launch(orrery, CAST.guest, { networks: [id] })).id, 60_000, 'waiting');
    const { outcome } = command;
    mustHold(
      outcome?.kind === 'waiting' && outcome.code === 'authorization',
      `${command.target} is ${command.state}, but should wait for its authorization`,
      `See \`docker compose exec api orrery command get ${command.id}\`.`,
    );
    const address = await pendingOne(scene, id);
    const authorized = performance.now();
    const path = pathOf('networks', id, 'admissions', address);
    await orrery.ask('PUT', path, z.unknown(), { body: { verdict: 'authorize' } });
    const assigned = await addressOf(scene, id, command);
    const after = ((performance.now() - authorized) / 1000).toFixed(1);
    return { detail: `${address} waited, a person authorized it, ${assigned} ${after} s later` };
  },
};

async function pendingOne({ orrery }: Scene, network: string): Promise<string> {
  return until(
    async () => {
      const pending = await orrery.list(pathOf('admissions'), Admission, { network, pending: 'true' });
      return pending.find(({ node }) => node?.name === nodeOf(CAST.guest))?.address;
    },
    {
      what: `${nodeOf(CAST.guest)} among the waiting nodes`,
      withinMs: 30_000,
      fix: 'See `docker compose exec api orrery membership ls --pending`.',
    },
  );
}

async function addressOf({ orrery }: Scene, network: string, command: Command): Promise<string> {
  const ended = await orrery.cameTrue(() => launch(orrery, CAST.guest, { networks: [network] }), 60_000, command);
  const membership = await orrery.get(pathOf('nodes', nodeOf(CAST.guest), 'networks', network), Membership);
  const [address] = membership.addresses;
  mustHold(
    address,
    `${ended.target} is done without an address`,
    `See \`docker compose exec api orrery command get ${ended.id}\`.`,
  );
  return address;
}
