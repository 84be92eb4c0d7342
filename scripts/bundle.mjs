// node scripts/bundle.mjs [--into FOLDER] [--platform linux-arm64]    the agent with its own Node, as one archive for a machine that has neither Node nor a registry
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

if (platform !== here && !PLATFORMS.includes(platform)) {
  console.error(`There is no agent for ${platform}. Fix: one of ${PLATFORMS.join(', ')}`);
  process.exit(1);
}
if (!existsSync(join(root, 'apps/agent/dist/program.js'))) {
  console.error('The agent is not built. Fix: npm run build');
  process.exit(1);
}
console.log(JSON.stringify(await bundle()));

/** Made once for what is built now; the last one stays for downloads that are under way. */
async function bundle() {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const node = platform === here ? process.execPath : await nodeFor(platform, folder);
  const entries = [
    { from: join(root, 'scripts/bundle/orrery-agent.sh'), to: 'bin/orrery-agent', executable: true },
    { from: node, to: 'bin/node', executable: true },
    { from: join(root, 'LICENSE'), to: 'LICENSE' },
    { from: join(root, 'NOTICE'), to: 'NOTICE' },
    // V8 takes no cache that another kind of processor made.
    ...packagesOfTheAgent(root, platform).filter(({ to }) => platform === here || !to.endsWith('/program.cache')),
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
