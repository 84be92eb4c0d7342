import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Engine } from './engine.js';

const REPOSITORY = 'orrery-demo-tools';
/** Folders that the tools do not need, and that are large where the base is not slim. Debian's Node needs a few of /usr/share/nodejs (acorn, undici, …). */
const LEFT_OUT = [
  ...[
    'usr/include',
    'usr/lib/node_modules',
    'usr/lib/python3*',
    'usr/local/lib/node_modules',
    'var/cache',
    'var/lib/apt',
  ],
  ...['usr/share/nodejs/[!acmu]*', 'usr/share/nodejs/core-js*'],
];

/** Imports this container's own file system into the engine as an image, so that the tools reach every host without a registry. */
export async function bringTools(engine: Engine): Promise<string> {
  const tag = await versionOfTools();
  const image = `${REPOSITORY}:${tag}`;
  if (await engine.hasImage(image)) return image;
  const without = LEFT_OUT.map((path) => `--exclude=./${path}`);
  const tar = spawn('tar', ['-C', '/', '--one-file-system', ...without, '-cf', '-', '.'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const closed = once(tar, 'close') as Promise<[number]>;
  await engine.importImage(tar.stdout, REPOSITORY, tag);
  const [code] = await closed;
  // Exit code 1: a file, such as a log, changed while it was read.
  if (code > 1) throw new Error(`tar of the tools ended with ${code}`);
  return image;
}

/** Changes with the packages and tools, so that each version gets its own image. */
async function versionOfTools(): Promise<string> {
  const files = [
    '/var/lib/dpkg/status',
    ...['avahi.sh', 'broadcast.mjs', 'page.mjs', 'ssdp-device.mjs'].map(pathOfTool),
  ];
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}

/** Path of a tool, both here and in the image made from this container. */
export const pathOfTool = (name: string): string => fileURLToPath(new URL(`../../tools/${name}`, import.meta.url));
