// Writes the golden files from the built contracts: additions only, unless `--break` is given.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { breakingChanges } from './compare.mjs';
import { goldenText, renderModule } from './render.mjs';

const BUILT = new URL('../dist/contracts/', import.meta.url);
const GOLDEN = new URL('./', import.meta.url);
const forced = process.argv.includes('--break');

const modules = readdirSync(fileURLToPath(BUILT), { recursive: true })
  .filter((file) => file.endsWith('.js') && !file.endsWith('index.js'))
  .map((file) => file.slice(0, -'.js'.length));
const rendered = new Map();
for (const module of modules) {
  const schemas = renderModule(await import(new URL(`${module}.js`, BUILT)));
  if (Object.keys(schemas).length > 0) rendered.set(`${module.replaceAll('/', '.')}.golden.json`, schemas);
}

const old = readdirSync(fileURLToPath(GOLDEN)).filter((file) => file.endsWith('.golden.json'));
const broken = old.flatMap((file) => brokenIn(file, JSON.parse(readFileSync(new URL(file, GOLDEN), 'utf8'))));
if (broken.length > 0 && !forced) {
  console.error(`Not only additions; nothing was written (libs/shared/golden/README.md):\n${broken.join('\n')}`);
  process.exit(1);
}
for (const file of old) if (!rendered.has(file)) rmSync(new URL(file, GOLDEN));
for (const [file, schemas] of rendered) writeFileSync(new URL(file, GOLDEN), goldenText(schemas));
console.log(`${rendered.size} golden files written`);

function brokenIn(file, before) {
  const now = rendered.get(file) ?? {};
  return Object.keys(before).flatMap((name) =>
    name in now ? breakingChanges(before[name], now[name], `${file} ${name}`) : [`${file} ${name} is gone`],
  );
}
