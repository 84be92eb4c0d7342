import { Container, Network } from '@orrery/shared/contracts';
import { pause } from '@orrery/shared/runtime';
import { pathOf } from '../orrery/orrery.js';
import { CAST, WORKLOADS, type Part } from '../story/cast.js';
import { mustHold } from '../story/not-so.js';
import type { Scene } from '../story/scene.js';
import type { Step } from '../story/step.js';
import { until } from '../story/until.js';
import { answerBroadcasts, answersBroadcast } from './broadcast.js';
import { interfaceOf } from './interfaces-in-the-kernel.js';
import { advertise, findsByMdns } from './mdns.js';

/**
 * zerotier-one tells others of its multicast groups within five seconds, and looks for the receivers of its own packets once a
 * minute: whoever asks too early has to wait for a minute (docs/zerotier-facts.md#multicast).
 */
const ANNOUNCED_MS = 6_000;
const FIX = 'See `docker compose exec api orrery workloads -o wide`, and docs/attach.md.';

/** Pings from the workload itself, until the first answer; it then has its own address in the network. */
async function reaches({ engines }: Scene, { host, container: name }: Part, to: string, own: string): Promise<void> {
  await until(
    async () => {
      const { stdout } = await engines.of(host).run(name, ['ip', '-o', '-4', 'addr']);
      const { code } = await engines.of(host).run(name, ['ping', '-n', '-c', '1', '-W', '1', to]);
      return code === 0 && stdout.includes(`inet ${own}/`);
    },
    { what: `${name} has ${own} and reaches ${to}`, withinMs: 45_000, fix: FIX },
  );
}

export const ownContainer: Step = {
  name: 'attach',
  title: 'one label puts containers of your own on the network, and they stay in after a restart',
  async run(scene) {
    const { orrery, engines } = scene;
    await orrery.ask('PATCH', pathOf('networks', CAST.network), Network, { body: { labels: true } });
    const begun = performance.now();
    const boxes = await Promise.all(
      WORKLOADS.map((part) => engines.startWorkload(part, { 'orrery.network': CAST.network })),
    );
    const at = await Promise.all(WORKLOADS.map((part) => interfaceOf(scene, part)));
    const soon = seconds(begun);
    const ends = WORKLOADS.map((part, index) => ({
      ...{ part, name: part.container, box: boxes[index] as (typeof boxes)[number] },
      ...(at[index] as (typeof at)[number]),
    }));
    const [one, other] = ends as [(typeof ends)[number], (typeof ends)[number]];
    const ways = [[one, other] as const, [other, one] as const];
    const { workload, byLabel } = await orrery.get(pathOf('hosts', one.part.host, 'attachments', one.name), Container);
    mustHold(byLabel && workload === one.name, `it is an attachment of ${workload ?? 'nothing'}`, FIX);
    for (const [from, to] of ways) await reaches(scene, from.part, to.address, from.address);
    for (const { box, device, name } of ends) {
      await answerBroadcasts(box);
      await advertise(box, device, name);
    }
    await pause(ANNOUNCED_MS);
    await Promise.all(ways.flatMap(([from, to]) => [answersBroadcast(from.box, to), findsByMdns(from.box, to)]));
    const again = performance.now();
    await engines.of(one.part.host).restart(one.name);
    await reaches(scene, one.part, other.address, one.address);
    return {
      detail: `${one.name} ${one.address} and ${other.name} ${other.address} after ${soon} s; back ${seconds(again)} s after docker restart`,
      lines: ['ping, broadcast and mDNS are answered both ways'],
    };
  },
};

const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1);
