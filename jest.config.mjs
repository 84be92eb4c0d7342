import { packagesForTests } from './scripts/testing/packages.mjs';

// One configuration, several suites: scripts/test.mjs picks one by ORRERY_SUITE (unit, int, e2e, browser, security, faults, docker, attach, explain).
const swc = [
  '@swc/jest',
  {
    jsc: {
      target: 'es2022',
      keepClassNames: true,
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
  },
];

/** Whole systems mostly wait, so there may be more of them than processors. */
const system = { maxWorkers: 3 };

const suites = {
  unit: {
    testMatch: ['**/*.spec.ts'],
    testPathIgnorePatterns: ['\\.int\\.spec\\.ts$', '<rootDir>/test/(e2e|browser|security|faults|docker|lab|compose)/'],
    maxWorkers: 3, // a third of its time is spent by processes, for which one of them waits
  },
  int: { testMatch: ['**/*.int.spec.ts'], ...system },
  e2e: { testMatch: ['<rootDir>/test/e2e/**/*.spec.ts'], ...system },
  // Each has an API and a browser of its own.
  browser: { testMatch: ['<rootDir>/test/browser/**/*.spec.ts'], ...system, maxWorkers: 3 },
  // Some of these measure what an attacker costs a neighbour; scripts/testing/order.mjs lets the dearest run beside those that wait.
  security: { testMatch: ['<rootDir>/test/security/**/*.spec.ts'], ...system, maxWorkers: 3 },
  // Nearly all of them wait for somebody to be missed, or to come back.
  faults: { testMatch: ['<rootDir>/test/faults/**/*.spec.ts'], ...system, maxWorkers: 5 },
  docker: {
    testMatch: ['<rootDir>/test/docker/**/*.spec.ts'],
    testPathIgnorePatterns: ['<rootDir>/test/docker/(attach|attached-\\w+|labelled-\\w+|explain-\\w+)\\.spec\\.ts$'],
    ...system,
  },
  // Every agent on an engine reports what wears a label for Orrery, so labels would disturb the tests of the suite before.
  attach: { testMatch: ['<rootDir>/test/docker/{attach,attached-*,labelled-*}.spec.ts'], ...system },
  // Each has two whole hosts with engines of their own, breaks them and mends them.
  explain: { testMatch: ['<rootDir>/test/docker/explain-*.spec.ts'], ...system, maxWorkers: 3 },
  // Each is a system of many containers.
  compose: { testMatch: ['<rootDir>/test/compose/**/*.spec.ts'], ...system, maxWorkers: 2 },
};

const suite = suites[process.env.ORRERY_SUITE ?? 'unit'];
if (!suite) throw new Error(`ORRERY_SUITE must be one of ${Object.keys(suites).join(', ')}`);

const packages = await packagesForTests(import.meta.dirname);

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/scripts/testing/packages-environment.mjs',
  testSequencer: '<rootDir>/scripts/testing/order.mjs',
  testEnvironmentOptions: { packages: packages.script },
  roots: ['<rootDir>/test', '<rootDir>/apps', '<rootDir>/libs', '<rootDir>/bench'],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    ...packages.names,
    '^@orrery/shared/(addresses|contracts|bus|machine|runtime|tls)$': '<rootDir>/libs/shared/src/$1/index.ts',
    '^@orrery/simulator$': '<rootDir>/libs/simulator/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: { '^.+\\.ts$': swc },
  maxWorkers: 2,
  maxConcurrency: 4, // of the tests of a file that run side by side: each has a system of its own
  testTimeout: 60_000, // a slow machine is no failure; what must be quick says so itself
  ...suite,
};
