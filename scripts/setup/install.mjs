// Installs the packages if they are missing or differ from package-lock.json. Needs nothing but Node.js and npm.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, npm } from './run.mjs';

/** @param {string} root */
export function isInstalled(root) {
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const installed = packagesIn(join(root, 'node_modules/.package-lock.json'));
  if (!wanted) throw new Error('package-lock.json is missing.');
  if (!installed) return false;
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    if (!path.includes('node_modules/')) return true; // the workspaces themselves
    if (link) return existsSync(join(root, path));
    return installed[path] ? installed[path].version === version : Boolean(optional);
  });
}

/** @param {string} root */
export async function install(root) {
  const flags = [
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
  ];
  await mustRun(npm('ci', ...flags), { cwd: root });
}

function packagesIn(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}
