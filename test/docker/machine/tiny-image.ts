import { randomBytes } from 'node:crypto';
import type Docker from 'dockerode';
import { packArchive, type ArchiveEntry } from '../../../apps/agent/src/docker/tar-archive.js';

/** Builds an image that contains only these files; returns its name. */
export async function importImage(docker: Docker, entries: ArchiveEntry[]): Promise<string> {
  const repo = `orrery-test/${randomBytes(6).toString('hex')}`;
  const archive = await packArchive(entries);
  await new Promise<void>((resolve, reject) => {
    docker.modem.dial(
      {
        path: '/images/create?',
        method: 'POST',
        file: archive,
        options: { fromSrc: '-', repo, tag: 'test' },
        isStream: true,
        statusCodes: { 200: true },
      },
      (error: unknown, stream: unknown) => {
        if (error) return reject(new Error('the image was not imported', { cause: error }));
        (stream as NodeJS.ReadableStream).on('end', resolve).on('error', reject).resume();
      },
    );
  });
  return `${repo}:test`;
}
