// Inside a host's network namespace: creates a network on the daemon's own controller, joins it as an agent does (look,
// plan, act, until nothing is left to do), and prints the result as one line of JSON. `guarded: false` is the control:
// a join by hand.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const { root, home, port, network: change, guarded, ways } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const dist = (path) => import(pathToFileURL(`${root}/apps/agent/dist/${path}`).href);
const [{ createRealMachine }, { plan }, { findCauses }, { execute }, { createLogger, newId }] = await Promise.all([
  ...['machine/real-machine.js', 'pure/plan/plan.js', 'pure/findings/findings.js'].map(dist),
  ...['machine', 'runtime'].map((door) => import(pathToFileURL(`${root}/libs/shared/dist/${door}/index.js`).href)),
]);

const token = readFileSync(`${home}/authtoken.secret`, 'utf8').trim();
const ask = async (method, path, body) => {
  const headers = { 'x-zt1-auth': token, ...(body && { 'content-type': 'application/json' }) };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers,
    body: body && JSON.stringify(body),
  });
  return answer.json();
};
const routes = () =>
  JSON.parse(execFileSync('ip', ['-json', 'route', 'show', 'table', 'all'], { encoding: 'utf8' }))
    .filter(({ type }) => type !== 'multicast')
    .map(({ dst, dev, gateway = '' }) => `${dst} ${gateway} ${dev}`.replace('  ', ' '))
    .filter((route) => !/^(fe80|ff00)/.test(route));

const { address } = await ask('GET', '/status');
const made = await ask('POST', `/controller/network/${address}______`, {
  private: true,
  v4AssignMode: { zt: true },
  ...change,
});
await ask('POST', `/controller/network/${made.id}/member/${address}`, { authorized: true });

const before = routes().filter((route) => !/ zt/.test(route));
const node = newId('nod');
const settings = { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false };
const item = {
  ...{ id: newId('itm'), revision: 1, intent: 'present', kind: 'membership', node, nodeKind: 'host' },
  ...{ network: made.id, settings },
};
const identities = { get: async () => undefined, put: async () => {}, forget: async () => {}, has: () => false };
const machine = createRealMachine(
  {
    ...{ host: newId('hst'), agentVersion: '0', dockerSocket: '/nonexistent/docker.sock', dockerNetwork: 'none' },
    ...{ dockerConfigFile: '/nonexistent', zerotierHome: home, zerotierPort: port, userTokenFile: '/nonexistent' },
    ...{ zerotierImage: 'zerotier/zerotier:1.14.2', moonsDir: null, ways },
  },
  identities,
  createLogger('host', 'silent'),
);

const signal = AbortSignal.timeout(180_000);
const scope = { hostNode: node, containers: [] };
const steps = [];
let quiet = 0;
let seen;
if (!guarded) await ask('POST', `/network/${made.id}`, {});
while (quiet < 4) {
  signal.throwIfAborted();
  const observed = await machine.observe(scope, signal);
  const facts = await machine.facts(scope);
  const joined = observed.nodes[0].memberships.value?.find(({ network }) => network === made.id);
  const next = guarded ? plan([item], observed, facts) : [];
  seen = { observed, facts, joined };
  for (const step of next) {
    steps.push({ step: step.step, allowManaged: step.settings?.allowManaged });
    await execute(machine.executors, step, { signal, progress: () => {} });
  }
  quiet = next.length === 0 && joined?.status === 'OK' ? quiet + 1 : 0;
  await new Promise((resolve) => setTimeout(resolve, 500));
}
const found = findCauses({
  ...{ items: [item], observed: seen.observed, ground: seen.facts.ground, damage: [], cloned: false, clockSkewMs: 0 },
  ...{ hasIdentity: () => false, outcome: () => undefined, tries: () => 0 },
});
const all = routes();
const result = {
  ...{
    steps,
    before,
    after: all.filter((route) => !/ zt/.test(route)),
    ofNetwork: all.filter((route) => / zt/.test(route)),
  },
  file: readFileSync(`${home}/networks.d/${made.id}.local.conf`, 'utf8'),
  name: seen.joined.name,
  findings: found.filter(({ code }) => code.startsWith('route')),
};
await machine.close();
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
