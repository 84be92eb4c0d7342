import type Docker from 'dockerode';
import { pause } from '@orrery/shared/runtime';
import { containerName } from '../../apps/agent/src/docker/labels.js';
import { HOST } from '../../test/docker/system/docker-system.js';
import { eventually } from '../../test/support/eventually.js';
import { createBare, startByHand } from '../by-hand-node.js';
import { KEPT, KEPT_PREFIX, OWN_PREFIX, OwnRootLab } from '../own-root-lab.js';
import { addressAt, answers } from '../ping.js';
import { runBench, say } from '../program.js';

const GOALS = { median: 2_000, most: 8_000 };
/** By hand it can take four minutes, if the path that a peer remembers leads nowhere. */
const PATIENCE_MS = 250_000;
async function addressOf(container: Docker.Container, prefix: string): Promise<{ pid: number; address: string }> {
  const { State } = await container.inspect();
  return { pid: State.Pid, address: await addressAt(State.Pid, prefix) };
}

/** Time from the restart command to the first answer that a peer gets from the restarted node. */
async function reached(
  node: () => Docker.Container,
  peer: Docker.Container,
  prefix: string,
  restart: () => Promise<unknown>,
) {
  const from = await addressOf(peer, prefix);
  const { address } = await addressOf(node(), prefix);
  await eventually(() => answers(from.pid, address), { within: 60_000, what: 'both reach each other before' });
  const startedAt = async () =>
    (
      await node()
        .inspect()
        .catch(() => undefined)
    )?.State.StartedAt;
  const before = await startedAt();
  const begun = performance.now();
  const restarting = restart();
  restarting.catch(() => undefined);
  const isNew = async () => {
    const now = await startedAt();
    return now !== undefined && now !== before && !now.startsWith('0001');
  };
  await eventually(isNew, { within: 60_000, every: 20, what: 'it was started again' });
  await eventually(() => answers(from.pid, address), { within: PATIENCE_MS, every: 20, what: 'an answer to a ping' });
  const took = performance.now() - begun;
  await restarting;
  return took;
}

await runBench(
  'restart: until a peer on the same engine has an answer to its ping',
  async ({ engine, figures, rounds, signal }) => {
    const lab = await OwnRootLab.open(engine, { agent: { ORRERY_WARM_IDENTITIES: '3' } });
    const bare: Docker.Container[] = [];
    try {
      await lab.createNetwork();
      const [name, peer] = [lab.nextName('node'), lab.nextName('peer')];
      for (const one of [name, peer]) await lab.orrery('launch', one, '--host', HOST, '--network', KEPT, '--wait=90s');
      const ruled = await lab.startRuler();
      for (let index = 0; index < 2; index++) {
        const container = await createBare(lab);
        bare.push(container);
        await startByHand(lab, ruled, container);
      }
      const [node, other] = bare as [Docker.Container, Docker.Container];
      const containerOf = (one: string) => lab.docker.getContainer(containerName(one));
      const ways = {
        orrery: () =>
          reached(
            () => containerOf(name),
            containerOf(peer),
            KEPT_PREFIX,
            () => lab.orrery('restart', `${HOST}/${name}`, '--wait=90s'),
          ),
        'by hand': () =>
          reached(
            () => node,
            other,
            OWN_PREFIX,
            () => node.restart({ t: 5 }),
          ),
      };
      for (let round = 0; round <= rounds && !signal.aborted; round++)
        for (const way of ['orrery', 'by hand'] as const) {
          await pause(5_000, signal);
          try {
            const took = await ways[way]();
            say(`${round === 0 ? 'not counted' : `round ${round}`}  ${way}  ${took.toFixed(0)} ms`);
            if (round === 0) continue;
            figures.add(
              way === 'orrery' ? 'orrery restart' : 'docker restart, by hand',
              took,
              way === 'orrery' ? GOALS : undefined,
            );
          } catch (error) {
            figures.failures.push(`${way} in round ${round}: ${String(error)}`);
          }
        }
    } finally {
      await Promise.all(bare.map((container) => container.remove({ force: true, v: true }).catch(() => undefined)));
      await lab.close();
    }
  },
);
