import { AppError } from '@orrery/shared/runtime';

/** A strong validator out of a row's version. */
export const etag = (version: number) => `"${version}"`;

/** Refuses a change made on an older version than the present one; without If-Match, or with `*`, nothing is checked. */
export function checkIfMatch(ifMatch: string | undefined, version: number, what: string): void {
  if (ifMatch === undefined) return;
  const wanted = ifMatch.split(',').map((tag) => tag.trim());
  if (wanted.includes('*') || wanted.includes(etag(version))) return;
  throw new AppError({
    code: 'revision-conflict',
    kind: 'user',
    cause: `${what} is at version ${version} now; the change was made for ${ifMatch}`,
    fix: 'Read it again, look at what changed, then repeat the change with the new ETag in If-Match.',
  });
}
