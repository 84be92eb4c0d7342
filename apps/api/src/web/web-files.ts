import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const BUILT = fileURLToPath(new URL('../../../web/dist/', import.meta.url));

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export interface WebFile {
  type: string;
  plain: Buffer;
  /** Undefined if it is compressed already. Made at the first request, and once: strangers can ask for it. */
  gzip(): Buffer | undefined;
}

/** The dashboard as `npm run build` made it: read once, because it is small, and what is on disk can change under a running API. */
export class WebFiles {
  private constructor(
    private readonly index: string | undefined,
    private readonly assets: ReadonlyMap<string, WebFile>,
  ) {}

  static read(folder = BUILT): WebFiles {
    try {
      const names = readdirSync(join(folder, 'assets'));
      const assets = new Map(names.map((name) => [name, fileOf(name, readFileSync(join(folder, 'assets', name)))]));
      return new WebFiles(readFileSync(join(folder, 'index.html'), 'utf8'), assets);
    } catch {
      return new WebFiles(undefined, new Map());
    }
  }

  /** The one page that shows all others. Throws AppError `pages-unavailable` if it is not built. */
  get page(): string {
    if (this.index === undefined)
      throw new AppError({ kind: 'operational', ...explain('pages-unavailable/not-built') });
    return this.index;
  }

  asset(name: string): WebFile | undefined {
    return this.assets.get(name);
  }
}

function fileOf(name: string, plain: Buffer): WebFile {
  const type = TYPES[extname(name)] ?? 'application/octet-stream';
  if (!type.startsWith('text/')) return { type, plain, gzip: () => undefined };
  let compressed: Buffer | undefined;
  return { type, plain, gzip: () => (compressed ??= gzipSync(plain, { level: 9 })) };
}
