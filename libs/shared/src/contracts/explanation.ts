/** What a code means, for `orrery explain CODE` and docs/errors.md (which is made from these tables). */
export interface Explanation {
  means: string;
  fix: string;
}
