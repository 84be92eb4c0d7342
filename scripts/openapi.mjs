// node scripts/openapi.mjs            writes docs/openapi.golden.json from the routes and schemas of the API (of what is built)
// node scripts/openapi.mjs --check    only says whether it is up to date
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const golden = join(root, 'docs/openapi.golden.json');
const built = (path) => import(pathToFileURL(join(root, 'apps/api/dist', path)).href);

const [{ describeApi }, { loadConfig }] = await Promise.all([built('openapi/describe-api.js'), built('config.js')]);
const home = mkdtempSync(join(tmpdir(), 'orrery-openapi-'));
try {
  // Nothing listens there and nothing connects: the document needs neither database nor NATS.
  const config = loadConfig({
    ORRERY_HOME: home,
    DATABASE_URL: 'postgres://127.0.0.1:1/none',
    NATS_URL: 'nats://127.0.0.1:1',
  });
  const text = `${JSON.stringify(await describeApi(config), null, 2)}\n`;
  if (!process.argv.includes('--check')) writeFileSync(golden, text);
  else if (readFileSync(golden, 'utf8') !== text) {
    console.error('docs/openapi.golden.json is out of date. Fix: npm run openapi, if you meant to change the API');
    process.exitCode = 1;
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
