import { pathOf } from '../orrery/orrery.js';
import { CAST } from '../story/cast.js';
import { mustHold } from '../story/not-so.js';
import type { Step } from '../story/step.js';
import { launch } from './launched-admitted.js';
import { Container } from '@orrery/shared/contracts';

const IMAGE = 'registry.example/not/allowed:1';

export const policyRefuses: Step = {
  name: 'policy',
  title: "an image against the host's own policy is refused",
  async run({ orrery }) {
    const { host } = CAST.denied;
    const command = await launch(orrery, CAST.denied, { networks: [CAST.network], image: IMAGE });
    const { outcome, state, id } = await orrery.settled(command.id, 30_000);
    mustHold(
      outcome?.kind === 'failed' && outcome.code === 'policy-denied',
      `${IMAGE} on ${host} is ${state}${outcome?.kind === 'failed' ? ` (${outcome.code})` : ''}, but should be denied`,
      `Check the policy of ${host} in docker-compose.yml, and \`docker compose exec api orrery command get ${id}\`.`,
    );
    // The control: the same host runs what its policy allows.
    const containers = await orrery.list(pathOf('containers'), Container, { host });
    const allowed = containers.find(({ name }) => name === CAST.web.container)?.outcome;
    mustHold(
      allowed?.kind === 'done',
      `${host} allows nothing at all`,
      `See \`docker compose exec api orrery container ls --host ${host}\`.`,
    );
    return { detail: outcome.cause };
  },
};
