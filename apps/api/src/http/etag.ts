import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';

/** A strong validator out of a row's version. */
export const etag = (version: number) => `"${version}"`;

/** Refuses a change made on an older version than the present one; without If-Match, or with `*`, nothing is checked. */
export function checkIfMatch(ifMatch: string | undefined, version: number, what: string): void {
  if (ifMatch === undefined) return;
  const wanted = ifMatch.split(',').map((tag) => tag.trim());
  if (wanted.includes('*') || wanted.includes(etag(version))) return;
  throw new AppError({ kind: 'user', ...explain('revision-conflict/version', { what, version, asked: ifMatch }) });
}
