import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';

/** A strong validator from a row's version. */
export const etag = (version: number) => `"${version}"`;

/**
 * The version in a tag from `etag`, or in that of an answer, where a content hash follows the version
 * (`describeAnswers`).
 */
const versionIn = (tag: string) => /^"(\d+)(\.[\w-]+)?"$/.exec(tag)?.[1];

/**
 * Refuses a change based on an outdated version. Without If-Match nothing is checked, and `*` matches anything that
 * exists. `version` null: it exists, but nobody has decided anything about it yet; undefined: it does not exist.
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
