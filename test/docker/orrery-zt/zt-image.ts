import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { packArchive, type ArchiveEntry } from '../../../apps/agent/src/docker/tar-archive.js';

const FOLDER = 'docker/zt';
const PROGRAM = 0o755;
const TEXT = 0o644;

function entriesOf(folder: string): ArchiveEntry[] {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => {
    const path = join(parentPath, name);
    return { path, mode: parentPath.endsWith('/bin') ? PROGRAM : TEXT, content: readFileSync(path) };
  });
}

/**
 * Builds docker/zt on a base, under a name of its own; without a network, because everything it needs is there. Returns
 * the image's name.
 */
export async function buildZtImage(docker: Docker, base: string): Promise<string> {
  const name = `orrery-test-zt:${randomBytes(4).toString('hex')}`;
  const context = await packArchive(entriesOf(FOLDER));
  const options = { t: name, dockerfile: `${FOLDER}/Dockerfile`, buildargs: { ZT_BASE: base }, networkmode: 'none' };
  const stream = await docker.buildImage(context as unknown as NodeJS.ReadableStream, options);
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null, lines: { error?: string }[]) => {
      const failure = error?.message ?? lines.find((line) => line.error !== undefined)?.error;
      if (failure === undefined) resolve();
      else reject(new Error(failure));
    });
  });
  return name;
}
