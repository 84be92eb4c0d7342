import type { Command } from '@orrery/shared/contracts';
import { pathOf, type Orrery } from '../orrery/orrery.js';
import { CAST, nodeOf, type Part } from '../story/cast.js';
import { mustHold, notSo } from '../story/not-so.js';
import type { Step } from '../story/step.js';
import { removeContainer } from './clean-up.js';

/** A host that has just received its image is still generating identities. */
const TRIES = 15;

export const launchedAdmitted: Step = {
  name: 'launch',
  title: 'containers launched, authorized before they start',
  async run({ orrery }) {
    const commands = await Promise.all([CAST.client, CAST.web].map((part) => launchAhead(orrery, part)));
    return {
      detail: `${nodeOf(CAST.client)} and ${nodeOf(CAST.web)}`,
      lines: commands.map((command) => {
        const [authorized, started] = [atOf(command, 'authorized'), atOf(command, 'started')];
        mustHold(
          authorized < started,
          `${command.target} was authorized after ${authorized} ms, but started after ${started} ms`,
          `See its stages: \`docker compose exec api orrery command get ${command.id}\``,
        );
        return `${command.target}: authorized ${seconds(authorized)}, started ${seconds(started)}, address ${seconds(atOf(command, 'address'))}`;
      }),
    };
  },
};

export const launch = (orrery: Orrery, { host, container }: Part, body: object): Promise<Command> =>
  orrery.change('POST', pathOf('hosts', host, 'containers'), { body: { name: container, ...body } });

/** Launches it with a pre-generated identity: only such a node can be authorized before it runs. */
async function launchAhead(orrery: Orrery, part: Part): Promise<Command> {
  for (let tries = 1; ; tries++) {
    const command = await orrery.cameTrue(() => launch(orrery, part, { networks: [CAST.network] }), 120_000);
    if (command.stages.some(({ stage, detail }) => stage === 'identity' && detail.includes('pre-generated')))
      return command;
    if (tries === TRIES)
      throw notSo(
        `${part.host} has no pre-generated identity`,
        'See identity.not-made-ahead in `docker compose logs` of its agent.',
      );
    await removeContainer(orrery, part);
  }
}

function atOf({ stages, target, id }: Command, wanted: string): number {
  const found = stages.find(({ stage }) => stage === wanted);
  mustHold(
    found,
    `${target} has no stage ${wanted}`,
    `See its stages: \`docker compose exec api orrery command get ${id}\``,
  );
  return found.ms;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
