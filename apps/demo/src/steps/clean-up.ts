import { Container, Host, Network } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { z } from 'zod';
import { pathOf, type Orrery } from '../orrery/orrery.js';
import { CAST, WORKLOADS, type Part } from '../story/cast.js';
import type { Step } from '../story/step.js';
import { until } from '../story/until.js';

/** Not part of the story: removes what an earlier run left, so that every run starts alike. */
export const cleanUp: Step = {
  name: 'clean-up',
  title: 'leftovers of an earlier run removed',
  async run({ orrery, engines }) {
    // As long as they wear their labels, their attachments would come back.
    for (const { host, container } of WORKLOADS) await engines.of(host).remove(container);
    const parts: Part[] = Object.values(CAST).filter((part) => typeof part === 'object');
    const containers = (await orrery.list(pathOf('containers'), Container)).flatMap(({ host, name, intent }) =>
      intent === 'present' ? parts.filter((part) => part.host === host.name && part.container === name) : [],
    );
    await Promise.all(containers.map((part) => removeContainer(orrery, part)));
    const names: string[] = [CAST.network, CAST.manualNetwork];
    const networks = (await orrery.list(pathOf('networks'), Network)).flatMap(({ name }) =>
      name !== null && names.includes(name) ? [name] : [],
    );
    for (const name of networks)
      await orrery.ask('DELETE', pathOf('networks', name), z.unknown(), { query: { confirm: name } });
    const forgers = (await orrery.list(pathOf('hosts'), Host)).filter(({ name }) => name === CAST.forger);
    for (const { id } of forgers) await removeHost(orrery, id);
    const removed = [...containers.map(({ container }) => container), ...networks];
    return { detail: removed.length > 0 ? removed.join(', ') : 'nothing' };
  },
};

/** Also removes its records on its controllers. */
export async function removeContainer(orrery: Orrery, { host, container }: Part): Promise<void> {
  const query = { forget: 'true' };
  const path = pathOf('hosts', host, 'containers', container);
  const remove = () => orrery.cameTrue(() => orrery.change('DELETE', path, { query }), 60_000);
  await until(() => remove().then(() => true, ifLabelled), {
    what: `${host} reports that the workload of ${container} is gone`,
    withinMs: 20_000,
    fix: 'See `docker compose exec api orrery workloads`.',
  });
}

/** Its host has not reported yet that the workload with the label is gone. */
function ifLabelled(error: unknown): false {
  if (error instanceof AppError && error.code === 'attached-by-label') return false;
  throw error;
}

export async function removeHost(orrery: Orrery, id: string): Promise<void> {
  await orrery.ask('DELETE', pathOf('hosts', id), z.unknown()).catch((error: unknown) => {
    if (!(error instanceof AppError && error.code === 'unknown-host')) throw error;
  });
}
