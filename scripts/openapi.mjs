// node scripts/openapi.mjs            writes docs/openapi.golden.json from the routes and schemas of the API (of what is built), and from it
//                                     apps/web/src/api/openapi.golden.ts: its types, and the role that each change requires
// node scripts/openapi.mjs --check    only says whether it is up to date
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import openapiTypes, { astToString } from 'openapi-typescript';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const golden = join(root, 'docs/openapi.golden.json');
const typed = join(root, 'apps/web/src/api/openapi.golden.ts');
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
  const document = await describeApi(config);
  const texts = new Map([
    [golden, `${JSON.stringify(document, null, 2)}\n`],
    [typed, await typesOf(document)],
  ]);
  if (!process.argv.includes('--check')) for (const [path, text] of texts) writeFileSync(path, text);
  else if ([...texts].some(([path, text]) => readFileSync(path, 'utf8') !== text)) {
    console.error('docs/openapi.golden.json is out of date. Fix: npm run openapi, if you meant to change the API');
    process.exitCode = 1;
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}

/** What the pages know about the API. Descriptions are left out: they are in the document. */
async function typesOf(document) {
  const types = astToString(await openapiTypes(JSON.parse(JSON.stringify(document, withoutProse))));
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation]),
  );
  const changes = operations.filter(
    ([name, operation]) => !name.startsWith('GET ') && ['operator', 'admin'].includes(operation['x-orrery-policy']),
  );
  const named = (valueOf) =>
    JSON.stringify(Object.fromEntries(changes.map(([name, operation]) => [name, valueOf(operation)])), null, 2);
  const policies = named((operation) => operation['x-orrery-policy']);
  const limits = named((operation) =>
    operation['x-orrery-whole'] ? 'whole' : operation['x-orrery-host-itself'] ? 'host' : undefined,
  );
  return `// Written by \`npm run openapi\` from docs/openapi.golden.json.
${types}
/** The role that each change requires. */
export const POLICIES: Readonly<Record<string, 'operator' | 'admin'>> = ${policies};
/** Changes that a token with a scope cannot make: of the whole installation, or (where its scope names networks alone) of a host itself. */
export const BEYOND_SCOPES: Readonly<Record<string, 'whole' | 'host'>> = ${limits};
`;
}

function withoutProse(key, value) {
  return (key === 'description' || key === 'summary') && typeof value === 'string' ? undefined : value;
}
