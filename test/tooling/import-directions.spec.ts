import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/servers-run.js';
import { agentLayers } from '../../.dependency-cruiser.mjs';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Files that are written into a copy of the tree, and the rule that must name each; none for valid ones. */
const imports: [file: string, code: string, rule?: string][] = [
  ['apps/api/src/probe/sideways.ts', "import '../../../agent/src/probe/target.js';", 'api-imports-api-and-shared'],
  ['apps/agent/src/probe/sideways.ts', "import '../../../api/src/probe/target.js';", 'agent-imports-agent-and-shared'],
  ['apps/cli/src/sideways.ts', "import '../../api/src/probe/target.js';", 'cli-imports-cli-contracts-timeouts-and-tls'],
  ['apps/cli/src/bus.ts', "import '@orrery/shared/bus';", 'cli-imports-cli-contracts-timeouts-and-tls'],
  ['apps/cli/src/fine.ts', "import '@orrery/shared/contracts';"],
  ['apps/cli/src/tls.ts', "import '@orrery/shared/tls';"],
  ['apps/demo/src/sideways.ts', "import '../../agent/src/probe/target.js';", 'demo-imports-demo-and-shared'],
  ['apps/demo/src/bus.ts', "import '@orrery/shared/bus';"],
  ['apps/web/src/sideways.ts', "import '../../api/src/probe/target.js';", 'web-imports-web'],
  [
    'apps/web/src/shared.ts',
    "import type { Host } from '@orrery/shared/contracts';\nexport type H = Host;",
    'web-imports-web',
  ],
  ['apps/web/src/builtin.ts', "import 'node:fs';", 'web-knows-only-the-browser'],
  ['apps/web/src/package.tsx', "import 'zod';", 'web-knows-only-the-browser'],
  ['apps/web/src/fine.tsx', "import 'react';\nimport '@tanstack/react-query';\nimport './target.js';"],
  ['apps/web/src/target.ts', 'export {};'],
  ['apps/api/src/probe/pages.ts', "import '../../../web/src/target.js';", 'nothing-imports-web'],
  ['libs/shared/src/tls/sideways.ts', "import '../runtime/probe.js';", 'tls-imports-tls'],
  ['libs/shared/src/bus/upwards.ts', "import '../../../../apps/api/src/probe/target.js';", 'shared-imports-shared'],
  ['libs/shared/src/contracts/upwards.ts', "import '../runtime/probe.js';", 'contracts-import-contracts'],
  ['libs/shared/src/runtime/sideways.ts', "import '../bus/probe.js';", 'runtime-imports-runtime-and-contracts'],
  ['libs/shared/src/runtime/probe.ts', "import '../contracts/probe.js';"],
  ['libs/shared/src/contracts/builtin.ts', "import 'node:fs';", 'contracts-know-only-zod'],
  ['libs/shared/src/contracts/foreign.ts', "import 'rxjs';", 'contracts-know-only-zod'],
  ['libs/shared/src/contracts/undeclared.ts', "import 'left-pad';", 'contracts-know-only-zod'],
  ['libs/shared/src/contracts/probe.ts', "import 'zod';\nimport '../addresses/prefix.js';"],
  ['libs/shared/src/addresses/upwards.ts', "import '../contracts/probe.js';", 'addresses-know-only-ipaddr'],
  ['libs/shared/src/addresses/builtin.ts', "import 'node:net';", 'addresses-know-only-ipaddr'],
  ['libs/shared/src/addresses/probe.ts', "import 'ipaddr.js';"],
  ['libs/shared/src/bus/addresses.ts', "import 'ipaddr.js';", 'one-door-to-ipaddr'],
  [
    'apps/api/src/probe/window.ts',
    "import '../../../../libs/shared/src/bus/probe.js';",
    'shared-is-entered-by-its-doors',
  ],
  ['apps/api/src/probe/door.ts', "import '@orrery/shared/bus';"],
  ['apps/api/src/probe/nats.ts', "import '@nats-io/transport-node';", 'one-door-to-nats'],
  [
    'apps/agent/src/probe/nats.ts',
    "import type { NatsConnection } from '@nats-io/transport-node';\nexport type C = NatsConnection;",
    'one-door-to-nats',
  ],
  ['libs/shared/src/bus/probe.ts', "import '@nats-io/transport-node';"],
  ['apps/api/src/probe/sql.service.ts', "import 'typeorm';", 'one-door-to-postgres'],
  ['apps/api/src/probe/pool.ts', "import 'pg';", 'one-door-to-postgres'],
  ['apps/api/src/probe/probe.repository.ts', "import 'typeorm';"],
  ['apps/agent/src/probe/engine.ts', "import 'dockerode';", 'one-door-to-docker'],
  ['apps/agent/src/docker/probe.ts', "import 'dockerode';"],
  ['apps/demo/src/steps/engine.ts', "import 'dockerode';", 'one-door-to-docker'],
  ['apps/demo/src/engines/probe.ts', "import 'dockerode';"],
  ['apps/agent/src/probe/http.ts', "import 'node:http';", 'one-door-to-http-on-the-host'],
  ['apps/agent/src/zerotier/probe.ts', "import 'node:http';"],
  ['apps/agent/src/probe/logs.ts', "import 'pino';", 'one-door-to-logs'],
  ['apps/api/src/other/peek.ts', "import '../probe/probe.repository.js';", 'feature-internals-are-private'],
  ['apps/api/src/probe/probe.service.ts', "import './probe.repository.js';"],
  [
    'apps/api/src/probe/probe.controller.ts',
    "import './probe.repository.js';",
    'controllers-do-not-touch-repositories',
  ],
  ['apps/agent/src/pure/assess/builtin.ts', "import 'node:crypto';", 'deciding-is-pure'],
  ['apps/agent/src/pure/findings/logging.ts', "import '@orrery/shared/runtime';", 'deciding-is-pure'],
  ['apps/agent/src/pure/policy/package.ts', "import 'yaml';", 'deciding-is-pure'],
  ['apps/agent/src/pure/judge.ts', "import '../policy/policy-file.js';", 'deciding-is-pure'],
  ['apps/agent/src/pure/machine.ts', "import '@orrery/shared/machine';", 'deciding-knows-only-types-of-the-machine'],
  ['apps/agent/src/pure/guard/fine.ts', "import '@orrery/shared/contracts';\nimport 'zod';\nimport './target.js';"],
  ['apps/agent/src/pure/guard/target.ts', "import type { Step } from '@orrery/shared/machine';\nexport type S = Step;"],
  ['libs/simulator/src/model/impure.ts', "import 'zod';", 'the-model-is-pure'],
  [
    'libs/simulator/src/upwards.ts',
    "import '../../../apps/agent/src/probe/target.js';",
    'simulator-imports-simulator-and-shared',
  ],
  ['libs/simulator/src/window.ts', "import '../../shared/src/machine/machine.js';", 'shared-is-entered-by-its-doors'],
  ['libs/simulator/src/fine.ts', "import '@orrery/shared/machine';"],
  ['apps/agent/src/lifecycle/eager.ts', "import '@orrery/simulator';", 'the-simulator-is-loaded-when-it-is-asked-for'],
  ['apps/agent/src/lifecycle/lazy.ts', "await import('@orrery/simulator');"],
  [
    'apps/agent/src/lifecycle/deep.ts',
    "await import('../../../../libs/simulator/src/model/ids.js');",
    'agent-imports-agent-and-shared',
  ],
  ['libs/shared/src/machine/sideways.ts', "import '../bus/probe.js';", 'machine-imports-machine-runtime-and-contracts'],
  ['apps/api/src/probe/machine.ts', "import '@orrery/shared/machine';", 'the-machine-is-for-agents'],
  // Each of the agent's folders imports upwards once; main.ts is above them all.
  ...agentLayers
    .slice(0, -1)
    .flat()
    .map((name): [string, string, string] => [
      `apps/agent/src/${name}/upwards.ts`,
      "import '../main.js';",
      `agent-${name.replace('.', '-')}-imports-what-is-below`,
    ]),
  ['apps/agent/src/docker/sideways.ts', "import '../reconciler/target.js';", 'agent-docker-imports-what-is-below'],
  ['apps/agent/src/journal/sideways.ts', "import '../desired/target.js';", 'agent-journal-imports-what-is-below'],
  ['apps/agent/src/reconciler/engine.ts', "import '../machine/target.js';", 'agent-reconciler-imports-what-is-below'],
  ['apps/agent/src/machine/target.ts', 'export {};'],
  ['apps/agent/src/reconciler/downwards.ts', "import '../desired/target.js';\nimport '../pure/guard/target.js';"],
  ['apps/agent/src/reconciler/target.ts', 'export {};'],
  ['apps/agent/src/desired/target.ts', 'export {};'],
  ['apps/api/src/probe/tests.ts', "import '../../../../test/support/eventually.js';", 'nothing-imports-tests'],
  ['apps/api/src/probe/probe.spec.ts', "import '../../../../test/support/eventually.js';"],
  ['apps/api/src/probe/bench.ts', "import '../../../../bench/statistics.js';", 'nothing-imports-tests'],
  ['bench/probe/tests.ts', "import '../../test/support/eventually.js';"],
  ['bench/probe/window.ts', "import '../../libs/shared/src/bus/probe.js';", 'shared-is-entered-by-its-doors'],
  ['scripts/probe.mjs', "import '../test/support/eventually.js';", 'nothing-imports-tests'],
  ['apps/api/src/probe/undeclared.ts', "import 'left-pad';", 'no-unresolvable'],
  ['apps/api/src/probe/not-ours.ts', "import 'commander';", 'no-undeclared-packages'],
  ['apps/api/src/probe/absent.ts', "import './nowhere.js';", 'no-unresolvable'],
  ['apps/api/src/probe/built.ts', "import '../../dist/nowhere.js';", 'no-unresolvable'],
  ['apps/api/src/probe/absent-package.ts', "import 'no-such-package';", 'no-unresolvable'],
  ['test/probe/absent.ts', "import './nowhere.js';", 'no-unresolvable-source'],
  ['test/probe/built.ts', "import '../../apps/api/dist/nowhere.js';"],
  ['apps/api/src/probe/dev.ts', "import 'fast-check';", 'no-undeclared-packages'],
  ['apps/api/src/probe/cycle-a.ts', "import './cycle-b.js';", 'no-cycles'],
  // A cycle is reported once, at its first file.
  ['apps/api/src/probe/cycle-b.ts', "import type { A } from './cycle-a.js';\nexport type B = A;"],
  ['apps/api/src/probe/target.ts', 'export {};'],
  ['apps/agent/src/probe/target.ts', 'export {};'],
];

interface Violation {
  from: string;
  rule: { name: string };
}

async function copyOfTheTree(): Promise<string> {
  const copy = await temporaryFolder('imports');
  const isSource = (path: string) => !/\/(node_modules|dist)(\/|$)/.test(path.slice(repository.length - 1));
  const entries = [
    'apps',
    'libs',
    'test',
    'bench',
    'scripts',
    'package.json',
    'tsconfig.json',
    'tsconfig.base.json',
    '.dependency-cruiser.mjs',
  ];
  for (const entry of entries)
    await cp(join(repository, entry), join(copy, entry), { recursive: true, filter: isSource });
  await symlink(join(repository, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

async function cruise(folder: string): Promise<Violation[]> {
  const cruiser = join(repository, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [
    cruiser,
    '--config',
    '.dependency-cruiser.mjs',
    '--output-type',
    'json',
    'apps',
    'libs',
    'test',
    'bench',
    'scripts',
  ];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (!stdout) reject(new Error(stderr, { cause: error }));
      else resolve((JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations);
    });
  });
}

describe('The import rules', () => {
  let violations: Violation[];

  beforeAll(async () => {
    const copy = await copyOfTheTree();
    for (const [file, code] of imports) {
      await mkdir(dirname(join(copy, file)), { recursive: true });
      await writeFile(join(copy, file), `${code}\n`);
    }
    violations = await cruise(copy);
  }, 180_000);

  const rulesAgainst = (file: string) => violations.filter(({ from }) => from === file).map(({ rule }) => rule.name);

  it.each(imports.filter(([, , rule]) => rule))('catch %s: %s', (file, _code, rule) => {
    expect(rulesAgainst(file)).toContain(rule);
  });

  it.each(imports.filter(([, , rule]) => !rule))('allow %s: %s', (file) => {
    expect(rulesAgainst(file)).toEqual([]);
  });

  it('find nothing in the tree as it is', () => {
    const deliberate = new Set(imports.map(([file]) => file));
    expect(violations.filter(({ from }) => !deliberate.has(from))).toEqual([]);
  });

  it('are each broken here at least once', async () => {
    const { default: config } = (await import('../../.dependency-cruiser.mjs')) as {
      default: { forbidden: { name: string }[] };
    };
    const broken = new Set(violations.map(({ rule }) => rule.name));
    expect(config.forbidden.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });
});
