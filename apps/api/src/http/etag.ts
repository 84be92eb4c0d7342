import { AppError } from '@orrery/shared/runtime';

/** A strong validator out of a row's version. */
export const etag = (version: number) => `"${version}"`;

/** The version in a tag of `etag`, or in that of an answer, which has its content behind the version (`describeAnswers`). */
const versionIn = (tag: string) => /^"(\d+)(\.[\w-]+)?"$/.exec(tag)?.[1];

/** Refuses a change made on an older version than the present one; without If-Match, or with `*`, nothing is checked. */
export function checkIfMatch(ifMatch: string | undefined, version: number, what: string): void {
  if (ifMatch === undefined) return;
  const wanted = ifMatch.split(',').map((tag) => tag.trim());
  if (wanted.some((tag) => tag === '*' || versionIn(tag) === String(version))) return;
  throw new AppError({
    code: 'revision-conflict',
    kind: 'user',
    cause: `${what} is at version ${version} now; the change was made for ${ifMatch}`,
    fix: 'Read it again, look at what changed, then repeat the change with the new ETag in If-Match.',
  });
}
