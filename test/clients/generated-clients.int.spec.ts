import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mustRun } from '../../scripts/setup/run.mjs';
import { startApi, type ApiBench } from '../support/api.js';
import { joinHost } from '../support/joined-host.js';
import { temporaryFolder } from '../support/servers.js';
import { ROOT } from '../support/system/build.js';

const DOCUMENT = join(ROOT, 'docs/openapi.golden.json');
const modules = (path: string, ...args: string[]) => [process.execPath, join(ROOT, 'node_modules', path), ...args];

/** As strict as the project of somebody who generates a client. */
const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'ES2022', module: 'NodeNext', lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [] },
    ...{ strict: true, noUncheckedIndexedAccess: true, skipLibCheck: true, outDir: 'out', rootDir: '.' },
  },
};

describe('clients that are generated from docs/openapi.golden.json', () => {
  let bench: ApiBench;
  let folder: string;

  beforeAll(async () => {
    folder = await temporaryFolder('clients');
    const generate = Promise.all([
      mustRun(modules('openapi-typescript/bin/cli.js', DOCUMENT, '-o', join(folder, 'schema.ts')), { cwd: folder }),
      mustRun(modules('@hey-api/openapi-ts/bin/run.js', '-i', DOCUMENT, '-o', 'sdk', '--no-log-file'), { cwd: folder }),
    ]);
    [bench] = await Promise.all([startApi(), prepare(folder), generate]);
  }, 120_000);
  afterAll(() => bench?.close());

  it('compile, and ten calls of one of them return typed answers', async () => {
    await joinHost(bench.api, 'web-1');
    await mustRun(modules('typescript/bin/tsc', '-p', folder));
    const env = { PATH: process.env.PATH, ORRERY_URL: bench.api.url, ORRERY_TOKEN: bench.api.adminToken };
    const output = await mustRun([process.execPath, join(folder, 'out/ten-calls.js')], { env });
    expect(JSON.parse(output)).toEqual({
      version: 'orrery',
      online: 0,
      hosts: ['web-1'],
      dryRun: true,
      host: 'web-1',
      labels: { site: 'cloud' },
      refusal: 'revision-conflict',
      action: 'launch',
      state: 'queued',
      first: { id: expect.stringMatching(/^[a-z0-9]+-\d+$/) },
    });
  });
});

async function prepare(folder: string): Promise<void> {
  await Promise.all([
    writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' })),
    writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG)),
    copyFile(join(ROOT, 'test/clients/ten-calls.ts.txt'), join(folder, 'ten-calls.ts')),
    copyFile(join(ROOT, 'test/clients/types.ts.txt'), join(folder, 'types.ts')),
  ]);
}
