import { createHash, randomBytes } from 'node:crypto';
import { parseIdentity } from '../../../libs/simulator/src/model/identity.js';
import type { Moon } from '../../../libs/simulator/src/model/moon.js';

/** The output of `initmoon`, which a person edits (stableEndpoints) before `genmoon`. */
export interface MoonDraft {
  readonly id: string;
  readonly objtype: 'world';
  readonly roots: readonly { readonly identity: string; readonly stableEndpoints: readonly string[] }[];
  readonly signingKey: string;
  readonly signingKey_SECRET: string;
  readonly updatesMustBeSignedBy: string;
  readonly worldType: 'moon';
}

export function draftMoon(publicIdentity: string): MoonDraft | undefined {
  const identity = parseIdentity(publicIdentity);
  if (!identity) return undefined;
  const signingKey = randomBytes(64).toString('hex');
  return {
    id: identity.address,
    objtype: 'world',
    roots: [{ identity: identity.public, stableEndpoints: [] }],
    signingKey,
    signingKey_SECRET: randomBytes(64).toString('hex'),
    updatesMustBeSignedBy: signingKey,
    worldType: 'moon',
  };
}

export const moonFileName = (draft: MoonDraft): string => `000000${draft.id}.moon`;

/**
 * The stand-in's own format: an identifying line, then JSON. Only the stand-in can read it, as only the real one reads
 * its own.
 */
const MAGIC = 'zerotier-standin-moon 1\n';

export function writeMoon(draft: MoonDraft, timestamp: number): string {
  const body = JSON.stringify({ roots: draft.roots, timestamp });
  const signature = createHash('sha512').update(draft.signingKey_SECRET).update(body).digest('hex').padEnd(192, '0');
  const moon: Moon = {
    id: `000000${draft.id}`,
    roots: draft.roots,
    timestamp,
    signature,
    updatesMustBeSignedBy: draft.updatesMustBeSignedBy,
  };
  return `${MAGIC}${JSON.stringify(moon)}\n`;
}

export function readMoon(text: string): Moon | undefined {
  if (!text.startsWith(MAGIC)) return undefined;
  try {
    return JSON.parse(text.slice(MAGIC.length)) as Moon;
  } catch {
    return undefined;
  }
}
