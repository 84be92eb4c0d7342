import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Undefined: there is no such file. Any other error is thrown. */
export const readIfThere = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8') : undefined;

/** The files of one folder by name; an absent folder is empty. */
export function readFolder(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map(({ name }) => [name, readFileSync(join(folder, name), 'utf8')]));
}

export function writeSecret(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  chmodSync(path, 0o600);
}

/**
 * Keeps files in step with texts: writes changes, removes its own files that are gone, and leaves those of others
 * alone.
 */
export class MirroredFiles {
  private own: Readonly<Record<string, string>> = {};

  /** `there` is the present content of the folder: equal files are not written again. */
  constructor(
    private readonly folder: string,
    private there: Readonly<Record<string, string>>,
  ) {}

  sync(wanted: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(wanted)) {
      if ((this.own[name] ?? this.there[name]) === text) continue;
      const path = join(this.folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { mode: 0o644 });
    }
    for (const name of Object.keys(this.own)) {
      if (!(name in wanted)) rmSync(join(this.folder, name), { force: true });
    }
    this.own = wanted;
    this.there = {};
  }
}
