// node scripts/bundle.mjs [--into FOLDER] [--platform linux-arm64]    packs the agent with its own Node.js into one archive, for machines without Node.js or a registry
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nodeFor, PLATFORMS } from './bundle/foreign-node.mjs';
import { hashOfContents, hashOfFile, writeArchive } from './bundle/archive.mjs';
import { packagesOfTheAgent } from './bundle/packages.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { into: { type: 'string' }, platform: { type: 'string' } } });
const folder = resolve(values.into ?? join(process.env.ORRERY_HOME || join(homedir(), '.orrery'), 'bundles'));
const here = `${process.platform}-${process.arch}`;
const platform = values.platform ?? here;

/** A Node of a distribution, such as Debian's, is a small program beside libnode.so, which other machines lack. */
const isInParts = Object.entries(process.config.variables).some(([name, value]) => name === 'node_shared' && value);

if ((platform !== here || isInParts) && !PLATFORMS.includes(platform)) {
  console.error(`There is no agent for ${platform}. Fix: one of ${PLATFORMS.join(', ')}`);
  process.exit(1);
}
if (!existsSync(join(root, 'apps/agent/dist/program.js'))) {
  console.error('The agent is not built. Fix: npm run build');
  process.exit(1);
}
console.log(JSON.stringify(await bundle()));

/** Packs the current build once; keeps the previous archive for downloads in progress. */
async function bundle() {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const isOwn = platform === here && !isInParts;
  const node = isOwn ? process.execPath : await nodeFor(platform, folder);
  const entries = [
    { from: join(root, 'scripts/bundle/orrery-agent.sh'), to: 'bin/orrery-agent', executable: true },
    { from: node, to: 'bin/node', executable: true },
    { from: join(root, 'LICENSE'), to: 'LICENSE' },
    { from: join(root, 'NOTICE'), to: 'NOTICE' },
    // V8 rejects a cache that another Node created.
    ...packagesOfTheAgent(root, platform).filter(({ to }) => isOwn || !to.endsWith('/program.cache')),
  ];
  const file = join(folder, `orrery-agent-${platform}-${(await hashOfContents(entries)).slice(0, 16)}.tar.gz`);
  const note = `${file}.json`;
  if (existsSync(file) && existsSync(note)) return JSON.parse(readFileSync(note, 'utf8'));
  const draft = `${file}.${process.pid}.new`;
  try {
    await writeArchive(draft, entries);
    const made = { file, platform, sha256: await hashOfFile(draft), bytes: statSync(draft).size };
    renameSync(draft, file);
    writeFileSync(note, JSON.stringify(made));
    dropOld(file);
    return made;
  } finally {
    rmSync(draft, { force: true });
  }
}

function dropOld(current) {
  const age = (name) => statSync(join(folder, name)).mtimeMs;
  const others = readdirSync(folder).filter(
    (name) =>
      name.startsWith(`orrery-agent-${platform}-`) && name.endsWith('.tar.gz') && join(folder, name) !== current,
  );
  for (const name of others.sort((a, b) => age(b) - age(a)).slice(1))
    for (const path of [name, `${name}.json`]) rmSync(join(folder, path), { force: true });
}
