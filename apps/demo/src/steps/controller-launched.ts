import { Controller, ControllerAccepted } from '@orrery/shared/contracts';
import { z } from 'zod';
import { pathOf, type Orrery } from '../orrery/orrery.js';
import { CAST } from '../story/cast.js';
import type { Step } from '../story/step.js';
import { until } from '../story/until.js';

export const controllerLaunched: Step = {
  name: 'controller',
  title: 'controller launched',
  async run({ orrery }) {
    const host = CAST.controllerHost;
    const known = (await orrery.list(pathOf('controllers'), Controller)).find((one) => one.host?.name === host);
    if (!known) await launch(orrery, host);
    const controller = await until(
      async () => {
        const [now] = (await orrery.list(pathOf('controllers'), Controller)).filter((one) => one.host?.name === host);
        return now?.state === 'up' && now.address !== null && now;
      },
      {
        what: `the controller on ${host}`,
        withinMs: 60_000,
        fix: `See its cause and fix: \`docker compose exec api orrery controller get ${known?.name ?? 'controller'}\``,
      },
    );
    const how = known ? 'already there' : `zerotier-one ${controller.zerotierVersion ?? ''}`;
    return { detail: `${controller.address ?? ''} on ${host}, ${how}, no ZeroTier account` };
  },
};

/** The caller checks the result on the controller itself. */
async function launch(orrery: Orrery, host: string): Promise<void> {
  const body = { kind: 'self-hosted', host };
  const posted = z.union([ControllerAccepted, Controller]);
  const asked = await orrery.ask('POST', pathOf('controllers'), posted, { body });
  if ('command' in asked) await orrery.settled(asked.command.id, 120_000);
}
