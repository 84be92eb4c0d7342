import { randomInt } from 'node:crypto';
import { explain, type HostId } from '@orrery/shared/contracts';
import { Secret } from '@orrery/shared/runtime';
import { type NodeSecrets, StepError } from '@orrery/shared/machine';
import { timeoutSignal } from '@orrery/shared/timeouts';
import { mintProfile } from './container-profile.js';
import type { CallOptions } from './engine-connection.js';
import type { DockerEngine } from './docker-engine.js';
import { LABEL } from './labels.js';
import { readFrames } from './stream-frames.js';

/** `<address>:0:<public, 64 bytes>:<secret, 64 bytes>` in hex. 0 is the type; addresses that begin with ff are reserved. */
const IDENTITY = /^(?!ff)([0-9a-f]{10}):0:([0-9a-f]{128}):[0-9a-f]{128}$/;
const TOKEN_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const MINT_MS = 30_000;

/**
 * Generates a node's identity with the image's own `zerotier-idtool`, in a throwaway container without a network. The
 * secret arrives over the attached stream, so it appears in no log of the engine.
 */
export async function mintIdentity(
  engine: DockerEngine,
  image: string,
  host: HostId,
  { signal }: CallOptions = {},
): Promise<NodeSecrets> {
  const errand = { doing: `generating an identity with ${image}`, image };
  const options = { signal, ms: MINT_MS };
  const id = await engine.containers.create({ body: mintProfile(image, host) }, errand, options);
  try {
    const stream = await engine.containers.attach(id, errand, options);
    const output = readFrames(stream, 64 * 1024, timeoutSignal(MINT_MS));
    output.catch(() => undefined);
    await engine.containers.start(id, errand, options);
    const exitCode = await engine.containers.wait(id, errand, options);
    return secretsFrom(await output, exitCode, image);
  } finally {
    await engine.containers.remove(id, { doing: 'removing the container that generated an identity' });
  }
}

/** Parses the output of idtool. */
export function secretsFrom(
  { stdout, stderr }: { stdout: string; stderr: string },
  exitCode: number,
  image: string,
): NodeSecrets {
  const match = IDENTITY.exec(stdout.trim());
  if (exitCode === 0 && match) {
    const [line, address, key] = match as unknown as [string, string, string];
    const authToken = Array.from({ length: 24 }, () => TOKEN_LETTERS[randomInt(TOKEN_LETTERS.length)]).join('');
    return {
      address,
      identityPublic: `${address}:0:${key}`,
      identitySecret: new Secret(line),
      authToken: new Secret(authToken),
    };
  }
  const foreign = /exec format error/i.test(stderr);
  throw new StepError(
    explain(foreign ? 'image-architecture/image' : 'image-unsuitable/image', {
      image,
      cause: foreign
        ? `${image} is built for another processor architecture`
        : `zerotier-idtool in ${image} created no identity (exit ${exitCode}): ${stderr.trim().slice(-200) || 'it printed none'}`,
    }),
  );
}

/** Removes containers that a killed agent left behind while generating an identity; returns their number. */
export async function sweepThrowaways(engine: DockerEngine, host: HostId, options: CallOptions = {}): Promise<number> {
  const left = await engine.containers.list({ label: [`${LABEL.throwaway}=${host}`] }, options);
  for (const id of left) await engine.containers.remove(id, { doing: 'removing a left-over container' }, options);
  return left.length;
}
