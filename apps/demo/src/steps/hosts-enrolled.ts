import { Host } from '@orrery/shared/contracts';
import { pathOf } from '../orrery/orrery.js';
import { mustHold } from '../story/not-so.js';
import type { Step } from '../story/step.js';
import { until } from '../story/until.js';

export const hostsEnrolled: Step = {
  name: 'hosts',
  title: 'hosts enrolled',
  async run({ orrery, engines }) {
    const hosts = await until(
      async () => {
        const all = await orrery.list(pathOf('hosts'), Host);
        const online = all.filter(({ name, presence }) => presence === 'online' && engines.hosts.includes(name));
        return online.length === engines.hosts.length && online;
      },
      {
        what: `all of ${engines.hosts.join(', ')} online`,
        withinMs: 60_000,
        fix: 'See which one is not with `docker compose exec api orrery status`, and why with `docker compose logs agent-1` (2, 3, 4).',
      },
    );
    for (const { name, labels, engine, simulated } of hosts) {
      mustHold(
        labels.site,
        `${name} has no label site`,
        'Check the labels of its join token: ORRERY_HOSTS in docker-compose.yml.',
      );
      mustHold(
        !simulated && engine?.state === 'up',
        `the engine of ${name} is not up`,
        `See why: \`docker compose exec api orrery host get ${name}\``,
      );
    }
    const told = hosts.map(({ name, labels }) => `${name} (site=${labels.site ?? ''})`);
    return { detail: told.sort().join(', ') };
  },
};
