import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { registryOf } from './image-reference.js';

export interface RegistryCredentials {
  username: string;
  password: string;
  serveraddress: string;
}

const ConfigFile = z.object({ auths: z.record(z.string(), z.object({ auth: z.string().optional() })).optional() });

/**
 * The credentials that `docker login` stored on this host for an image's registry; undefined if there are none or a
 * credential helper has them. Nothing remote can select or change them.
 */
export async function registryCredentials(configFile: string, image: string): Promise<RegistryCredentials | undefined> {
  const parsed = ConfigFile.safeParse(await readJson(configFile));
  if (!parsed.success) return undefined;
  const registry = registryOf(image);
  const names =
    registry === 'docker.io'
      ? ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io']
      : [registry, `https://${registry}`];
  for (const name of names) {
    const decoded = Buffer.from(parsed.data.auths?.[name]?.auth ?? '', 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    if (colon > 0)
      return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1), serveraddress: name };
  }
  return undefined;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
