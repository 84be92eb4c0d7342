import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';

/** A strong validator out of a row's version. */
export const etag = (version: number) => `"${version}"`;

/** The version in a tag of `etag`, or in that of an answer, which has its content behind the version (`describeAnswers`). */
const versionIn = (tag: string) => /^"(\d+)(\.[\w-]+)?"$/.exec(tag)?.[1];

/**
 * Refuses a change made on an older version than the present one; without If-Match nothing is checked, and `*` fits whatever is there.
 * `version` null: it is there and nobody has decided anything about it yet; undefined: it is not there.
 */
export function checkIfMatch(ifMatch: string | undefined, version: number | null | undefined, what: string): void {
  if (ifMatch === undefined) return;
  const wanted = ifMatch.split(',').map((tag) => tag.trim());
  const isThere = version !== undefined;
  if (isThere && wanted.some((tag) => tag === '*' || (version !== null && versionIn(tag) === String(version)))) return;
  const facts = { what, version: version ?? 'none', asked: ifMatch };
  throw new AppError({
    kind: 'user',
    ...(isThere ? explain('revision-conflict/version', facts) : explain('revision-conflict/absent', facts)),
  });
}
