// The packages that a program needs from node_modules: the closure of its production dependencies, as installed here.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** @typedef {{ from: string, to: string }} Packed `from` is a file of this machine, `to` its path in the bundle */

export const PROGRAM = ['program.js', 'program.cjs', 'program.cache'];

/** Not needed at run time: types, maps, sources, documentation. Licences stay. */
const IDLE =
  /(\.d\.[cm]?ts|\.[cm]?ts|\.map|\.md|\.markdown|\.cc|\.gyp|\.spec\.js|\.tsbuildinfo|swagger-ui-es-bundle(-core)?\.js)$|node_modules\/(@[^/]+\/)?[^/]+\/(docs?|examples?|tests?|\.github)\//i;
const isLicence = (path) => /(licen[cs]e|notice|copying)/i.test(path);

/**
 * Every file of the packages that `apps/agent` needs, in the order of their names.
 * @param {string} root
 * @param {string} platform such as `linux-x64`; only prebuilt binaries for it are included
 * @returns {Packed[]}
 */
export function packagesOfTheAgent(root, platform) {
  return packagesFrom(root, [join(root, 'apps/agent')], platform);
}

/**
 * The same for the named packages, without our own.
 * @param {string} root
 * @param {string[]} names
 * @param {string} platform
 * @returns {Packed[]}
 */
export function packagesNamed(root, names, platform) {
  return packagesFrom(
    root,
    names.map((name) => join(root, 'node_modules', name)),
    platform,
  );
}

function packagesFrom(root, starts, platform) {
  const folders = new Map();
  const visit = (folder) => {
    if (folders.has(folder)) return;
    const manifest = read(folder);
    folders.set(folder, placeOf(root, folder, manifest));
    for (const name of needsOf(manifest)) {
      const found = resolve(root, folder, name);
      if (found) visit(found);
      else if (manifest.dependencies?.[name])
        throw new Error(`${manifest.name} needs ${name}, which is not installed.`);
    }
  };
  starts.forEach(visit);
  return [...folders]
    .flatMap(([folder, place]) => filesOf(folder, place, platform))
    .sort((a, b) => (a.to < b.to ? -1 : 1));
}

/** Skips optional peers: Nest lists its whole platform there. */
function needsOf({ dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }) {
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  return [...new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...peers])];
}

/** Resolves like Node.js: from this folder upwards. */
function resolve(root, from, name) {
  for (let folder = from; folder.length >= root.length; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json')))
      return name === '@orrery/shared' ? join(root, 'libs/shared') : candidate;
  }
  return undefined;
}

/** Our own packages are links in node_modules; the bundle holds the packages themselves. */
function placeOf(root, folder, { name }) {
  if (folder === join(root, 'apps/agent')) return 'apps/agent';
  if (folder === join(root, 'libs/shared')) return `node_modules/${name}`;
  return relative(root, folder).replace(/^libs\/shared\//, 'node_modules/@orrery/shared/');
}

function filesOf(folder, place, platform) {
  return topOf(folder, place)
    .filter((name) => name !== 'node_modules')
    .flatMap((name) => walk(join(folder, name), `${place}/${name}`, platform));
}

/** Of the agent, only its program, which contains all of its modules, and not the simulator beside it. */
function topOf(folder, place) {
  if (place === 'apps/agent') return ['package.json', ...PROGRAM.map((name) => `dist/${name}`)];
  return place === 'node_modules/@orrery/shared' ? ['package.json', 'dist'] : readdirSync(folder);
}

function walk(from, to, platform) {
  const entries = entriesOf(from);
  if (!entries) return IDLE.test(to) && !isLicence(to) ? [] : [{ from, to }];
  if (from.endsWith('/prebuilds'))
    return entries
      .filter((name) => name === platform)
      .flatMap((name) => walk(join(from, name), `${to}/${name}`, platform));
  return entries
    .filter((name) => name !== 'node_modules' && !name.startsWith('.'))
    .flatMap((name) => walk(join(from, name), `${to}/${name}`, platform));
}

function entriesOf(path) {
  try {
    return readdirSync(path);
  } catch (error) {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

const read = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
