import { AppError } from '@orrery/shared/runtime';

/** A strong validator out of a row's version. */
export const etag = (version: number) => `"${version}"`;

/**
 * Refuses a change made on an older version than the present one; without If-Match nothing is checked, and `*` fits whatever is there.
 * `version` null: it is there and nobody has decided anything about it yet; undefined: it is not there.
 */
export function checkIfMatch(ifMatch: string | undefined, version: number | null | undefined, what: string): void {
  if (ifMatch === undefined) return;
  const wanted = ifMatch.split(',').map((tag) => tag.trim());
  const isThere = version !== undefined;
  if (isThere && (wanted.includes('*') || (version !== null && wanted.includes(etag(version))))) return;
  const state = isThere ? `is at version ${version ?? 'none'} now` : 'is not there';
  throw new AppError({
    code: 'revision-conflict',
    kind: 'user',
    cause: `${what} ${state}; the change was made for ${ifMatch}`,
    fix: isThere
      ? 'Read it again, look at what changed, then repeat the change with the new ETag in If-Match.'
      : 'Send the request without If-Match to make it.',
  });
}
