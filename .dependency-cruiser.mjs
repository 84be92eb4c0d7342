// Who may import whom: ARCHITECTURE.md in rules. A rule's name is what a contributor reads. test/tooling breaks each of them on purpose.
const ours = '^(apps|libs|test|bench|scripts)/';
const spec = '\\.spec\\.ts$';
const npm = (packages) => `(^|/)node_modules/${packages}/`;

/** `from` may import of our own code only `to`. Specs are exempt: they may import test/support. */
const only = (name, from, to) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: spec },
  to: { path: ours, pathNot: to },
});

/** A package, or a built-in module, that only its keeper may import. */
const door = (name, packages, keeper, within = '^(apps|libs)/') => ({
  name,
  severity: 'error',
  from: { path: within, pathNot: [keeper, spec] },
  to: { path: packages },
});

/** Plain functions: an allow-list, because a list of what is forbidden misses packages that nobody thought of. */
const pure = (name, from, to) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: spec },
  to: { pathNot: to },
});

const contracts = '^libs/shared/src/contracts/';
const addresses = '^libs/shared/src/addresses/';
const machine = '^libs/shared/src/machine/';
const deciding = '^apps/agent/src/pure/';
const model = '^libs/simulator/src/model/';

/**
 * The agent's folders, from the ground up. What is in one may import what is below it, and nothing beside or above it: those of one
 * line do not know each other.
 */
export const agentLayers = [
  ['config', 'version'],
  ['pure'],
  ['docker'],
  ['kernel'],
  ['zerotier'],
  ['journal', 'desired', 'identities', 'policy', 'join'],
  ['probes'],
  ['guard'],
  ['reconciler'],
  ['doctor'],
  ['uplink'],
  ['calls', 'machine'],
  ['app.module'],
  ['lifecycle'],
  ['main'],
];
const inAgent = (names) => `^apps/agent/src/(${names.join('|').replaceAll('.', '\\.')})(/|\\.ts$)`;

const layers = agentLayers.slice(0, -1).flatMap((names, at) =>
  names.map((name) => ({
    name: `agent-${name.replace('.', '-')}-imports-what-is-below`,
    severity: 'error',
    from: { path: inAgent([name]), pathNot: spec },
    to: { path: '^apps/agent/src/', pathNot: inAgent([...agentLayers.slice(0, at).flat(), name]) },
  })),
);

const betweenPackages = [
  only('api-imports-api-and-shared', '^apps/api/', '^(apps/api|libs/shared)/'),
  only('agent-imports-agent-and-shared', '^apps/agent/', '^(apps/agent|libs/shared)/|^libs/simulator/src/index\\.ts$'),
  {
    name: 'the-simulator-is-loaded-when-it-is-asked-for',
    severity: 'error',
    from: { path: '^apps/', pathNot: spec },
    to: { path: '^libs/simulator/', dependencyTypesNot: ['dynamic-import', 'type-only', 'type-import'] },
  },
  only('simulator-imports-simulator-and-shared', '^libs/simulator/', '^libs/(simulator|shared)/'),
  {
    name: 'the-machine-is-for-agents',
    severity: 'error',
    from: { path: '^(apps|libs)/', pathNot: ['^apps/agent/', '^libs/(simulator|shared/src/machine)/', spec] },
    to: { path: machine },
  },
  only(
    'machine-imports-machine-runtime-and-contracts',
    machine,
    `${machine}|${addresses}|^libs/shared/src/(runtime|contracts)/`,
  ),
  only(
    'cli-imports-cli-contracts-timeouts-and-tls',
    '^apps/cli/',
    `^apps/cli/|${addresses}|${contracts}|^libs/shared/src/(timeouts|tls)/`,
  ),
  // The pages know Orrery by its HTTP API alone: types come from the OpenAPI document (apps/web/src/api/openapi.golden.ts).
  only('web-imports-web', '^apps/web/', '^apps/web/'),
  {
    name: 'nothing-imports-web',
    severity: 'error',
    // What the pages make of events is compared with the real API.
    from: { path: ours, pathNot: ['^apps/web/', '^test/web/'] },
    to: { path: '^apps/web/src/' },
  },
  only('demo-imports-demo-and-shared', '^apps/demo/', '^(apps/demo|libs/shared)/'),
  only('shared-imports-shared', '^libs/shared/', '^libs/shared/'),
  only('contracts-import-contracts', contracts, `${addresses}|${contracts}`),
  only('runtime-imports-runtime-and-contracts', '^libs/shared/src/runtime/', '^libs/shared/src/(runtime|contracts)/'),
  only('tls-imports-tls', '^libs/shared/src/tls/', '^libs/shared/src/tls/'),
  // npm start runs before anything is built; what writes documentation runs after.
  only('scripts-stand-alone', '^scripts/(?!.+-docs\\.mjs$)', '^scripts/'),
  {
    name: 'nothing-imports-tests',
    severity: 'error',
    from: { path: ours, pathNot: ['^(test|bench)/', spec] },
    to: { path: ['^(test|bench)/', spec] },
  },
  {
    name: 'shared-is-entered-by-its-doors',
    severity: 'error',
    from: { path: '^(apps|test|bench|libs/simulator)/' },
    to: {
      path: '^libs/shared/',
      pathNot: '^libs/shared/src/(addresses|contracts|bus|machine|runtime|timeouts|tls)/index\\.ts$',
    },
  },
];

const doors = [
  pure('contracts-know-only-zod', contracts, `${addresses}|${contracts}|${npm('zod')}`),
  pure('addresses-know-only-ipaddr', addresses, `${addresses}|${npm('ipaddr\\.js')}`),
  pure(
    'web-knows-only-the-browser',
    '^apps/web/src/',
    `^apps/web/|${npm('(@types/)?(react|react-dom|d3-[a-z]+)')}|${npm('@tanstack/[^/]+')}`,
  ),
  door('one-door-to-ipaddr', npm('ipaddr\\.js'), addresses),
  door('one-door-to-nats', npm('(@nats-io/[^/]+|nats)'), '^libs/shared/src/bus/'),
  door('one-door-to-postgres', npm('(typeorm|pg)'), '^apps/api/src/(database/|.+\\.(repository|entity|module)\\.ts$)'),
  door('one-door-to-docker', npm('dockerode'), '^apps/(agent/src/docker|demo/src/engines)/'),
  door(
    'one-door-to-http-on-the-host',
    '^(node:)?(https?|tls)$',
    '^apps/agent/src/(zerotier/|docker/|probes/probe-child\\.ts$)',
    '^apps/agent/',
  ),
  door('one-door-to-logs', npm('pino'), '^libs/shared/src/runtime/'),
];

const insideTheApps = [
  {
    // A module wires all folders of its subject. An explanation is made from what all features store (ADR 39).
    name: 'feature-internals-are-private',
    severity: 'error',
    from: {
      path: '^apps/api/src/([^/]+)/',
      pathNot: [spec, '^apps/api/src/database/', '^apps/api/src/explanations/[^/]+-reader\\.ts$', '\\.module\\.ts$'],
    },
    to: { path: '^apps/api/src/[^/]+/.+\\.(controller|repository)\\.ts$', pathNot: '^apps/api/src/$1/' },
  },
  {
    name: 'controllers-do-not-touch-repositories',
    severity: 'error',
    from: { path: '\\.controller\\.ts$' },
    to: { path: '\\.repository\\.ts$' },
  },
  pure('deciding-is-pure', deciding, `${contracts}|${addresses}|${machine}|${deciding}|${npm('zod')}`),
  {
    name: 'deciding-knows-only-types-of-the-machine',
    severity: 'error',
    from: { path: deciding, pathNot: spec },
    to: { path: machine, dependencyTypesNot: ['type-only'] },
  },
  pure('the-model-is-pure', model, `${addresses}|${model}`),
  ...layers,
];

// What is built is absent in a fresh clone. The program that npm links, what writes documentation, and tests may point there.
const built = '(^|/)(apps|libs)/[^/]+/dist/|^\\.\\./dist/';
const mayUseWhatIsBuilt = '^(apps/cli/bin|scripts|test)/';

const sanity = [
  { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  {
    name: 'no-undeclared-packages',
    severity: 'error',
    from: { path: '^(apps|libs|scripts)/', pathNot: spec }, // tests use what the root and the apps list
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'no-unresolvable',
    severity: 'error',
    from: { path: ours, pathNot: mayUseWhatIsBuilt },
    to: { couldNotResolve: true },
  },
  {
    name: 'no-unresolvable-source',
    severity: 'error',
    from: { path: mayUseWhatIsBuilt },
    to: { couldNotResolve: true, pathNot: built },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [...sanity, ...betweenPackages, ...doors, ...insideTheApps],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Anchored: a bare /dist/ would also hide node_modules/<package>/dist.
    exclude: { path: '^(apps|libs)/[^/]+/(dist|coverage)/' },
    tsPreCompilationDeps: true, // imports of types count, also for cycles
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
