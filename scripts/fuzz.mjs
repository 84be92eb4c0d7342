// npm run fuzz -- --requests 20000 [--seed N] [--show]    sends requests generated from the OpenAPI document to a running API
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    seed: { type: 'string' },
    show: { type: 'boolean', default: false },
  },
});
for (const [name, value] of Object.entries(values))
  if (typeof value === 'string' && !/^\d{1,10}$/.test(value)) {
    console.error(`--${name} must be a whole number`);
    process.exit(2);
  }

const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const child = spawn(process.execPath, [...node, 'node_modules/jest/bin/jest.js', 'test/security/fuzz.spec.ts'], {
  cwd: root,
  env: {
    ...process.env,
    ORRERY_SUITE: 'security',
    ORRERY_FUZZ_REQUESTS: values.requests,
    ...(values.seed === undefined ? {} : { ORRERY_FUZZ_SEED: values.seed }),
    ...(values.show ? { ORRERY_FUZZ_SHOW: '1' } : {}),
  },
  stdio: 'inherit',
});
child.once('exit', (code) => (process.exitCode = code ?? 1));
