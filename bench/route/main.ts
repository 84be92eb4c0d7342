import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabHosts } from '../../test/docker/explain/lab-hosts.js';
import { Lan } from '../../test/docker/machine/lan.js';
import { eventually } from '../../test/support/eventually.js';
import { runBench, say } from '../program.js';
import { spreadOf } from '../statistics.js';

const [LAN, BESIDE] = ['192.168.213', '192.168.214'];
const PREFIX = `${LAN}.0/24`;
/** In bytes: what the server of the LAN sends. */
const PAGE = 20_000_000;
/** Pages in one measurement. */
const PAGES = 5;
/** Of what the rules by hand let through. */
const GOAL = 0.9;
const ROUTER = 'shop-router';

/** Rules as people write them, in place of those of the agent, which is paused meanwhile. */
const BY_HAND = `nft delete table ip orrery
nft add table ip byhand
nft add chain ip byhand post '{ type nat hook postrouting priority 100; }'
nft add rule ip byhand post oifname eth0 masquerade`;

await runBench('route: a page of 100 MB through a router', async ({ engine, figures, rounds, signal }) => {
  const lab = await LabHosts.open(engine);
  const beta = lab.host('beta');
  const lan = await Lan.open(LAN, BESIDE, beta.pid);
  const ratios: number[] = [];
  try {
    await writeFile(join(beta.folder, 'policy.yaml'), `routers: ['${PREFIX}']\n`, { mode: 0o600 });
    await lab.orrery(`route add ${PREFIX} --network shop --via beta --wait=60s`);
    const client = (script: string) => lab.host('alpha').inNetworkOf('one', script);
    const inRouter = (script: string) => beta.inNetworkOf(ROUTER, script);
    const isOpen = async () => (await client(`curl -fsS --max-time 2 http://${LAN}.20/`)).code === 0;
    const fetchAll = async () => {
      await eventually(isOpen, { within: 60_000, every: 250, what: 'the server of the LAN is reached' });
      const begun = performance.now();
      for (let page = 0; page < PAGES; page++) {
        const { code, out } = await client(`curl -fsS -o /dev/null -w '%{size_download}' http://${LAN}.20/large`);
        if (code !== 0 || !out.includes(String(PAGE))) throw new Error(`the page did not come through: ${out}`);
      }
      return performance.now() - begun;
    };
    const ways = {
      orrery: fetchAll,
      'by hand': async () => {
        await lab.orrery('host pause beta');
        try {
          const { code, out } = await inRouter(`set -e\n${BY_HAND}`);
          if (code !== 0) throw new Error(`the rules by hand were refused: ${out}`);
          return await fetchAll();
        } finally {
          await inRouter('nft delete table ip byhand');
          await lab.orrery('host resume beta');
          const isBack = async () => (await inRouter('nft list table ip orrery')).code === 0;
          await eventually(isBack, { within: 30_000, every: 250, what: "Orrery's own rules" });
        }
      },
    };
    for (let round = 0; round <= rounds && !signal.aborted; round++) {
      const took: Partial<Record<keyof typeof ways, number>> = {};
      // In turns, so that neither always comes second.
      const order = round % 2 === 0 ? (['orrery', 'by hand'] as const) : (['by hand', 'orrery'] as const);
      for (const way of order) {
        took[way] = await ways[way]();
        const rate = (PAGES * PAGE) / 1000 / took[way];
        say(`${round === 0 ? 'not counted' : `round ${round}`}  ${way}  ${rate.toFixed(0)} MB/s`);
        if (round > 0) figures.add(way === 'orrery' ? "100 MB, Orrery's rules" : '100 MB, rules by hand', took[way]);
      }
      if (round > 0) ratios.push((took['by hand'] ?? NaN) / (took.orrery ?? NaN));
    }
    const ratio = spreadOf(ratios)?.median ?? NaN;
    say(
      `throughput through Orrery's router / by hand: ${ratio.toFixed(2)} (goal at least ${GOAL}: ${ratio >= GOAL ? 'met' : 'NOT MET'})`,
    );
  } finally {
    await lan.close();
    await lab.close();
  }
});
