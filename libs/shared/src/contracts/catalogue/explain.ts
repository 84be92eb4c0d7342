import type { See } from '../problems.js';
import { DOCTOR } from './doctor-codes.js';
import { FAILURES } from './failure-codes.js';
import { FINDINGS } from './finding-codes.js';
import { PATHS } from './path-codes.js';
import { PROBES } from './probe-codes.js';
import { PROBLEMS } from './problem-codes.js';
import { PROGRAMS } from './program-codes.js';
import { WAITING } from './waiting-codes.js';
import type { Case, General } from './entry.js';

/** Every code with its texts, once: in general as `code`, and in particular as `code/case`. */
export const CATALOGUE = {
  ...WAITING,
  ...FAILURES,
  ...FINDINGS,
  ...DOCTOR,
  ...PROBES,
  ...PATHS,
  ...PROBLEMS,
  ...PROGRAMS,
};

type Catalogue = typeof CATALOGUE;
/** A code, or one of its cases. */
export type Situation = keyof Catalogue;
export type CodeOf<S> = S extends `${infer Code}/${string}` ? Code : S;
/** Every code that has texts. */
export type Code = CodeOf<Situation>;

type NeededBy<Part> = Part extends (facts: infer Facts) => unknown ? Facts : unknown;
type FactsOf<Entry> = (Entry extends { cause: infer Cause } ? NeededBy<Cause> : { cause: string }) &
  (Entry extends { fix: infer Fix } ? NeededBy<Fix> : unknown) &
  (Entry extends { see: infer Way } ? NeededBy<Way> : unknown);
type Given<Facts> = unknown extends Facts ? [] : [facts: Facts];

/** What happened, the fix, and for clients of the API the request that does it or shows more. */
export interface Explained<C extends string = Code> {
  code: C;
  cause: string;
  fix: string;
  see?: See;
}

/** The texts of a situation. The only source of fixes: an inline `fix` is a lint error. */
export function explain<S extends Situation>(
  situation: S,
  ...[facts]: Given<FactsOf<Catalogue[S]>>
): Explained<CodeOf<S>> {
  const code = situation.replace(/\/.*/, '') as CodeOf<S> & Code;
  const { fix, see } = CATALOGUE[code] as General;
  const own = CATALOGUE[situation] as Case<unknown>;
  const said = (part: Case<unknown>['cause']) => (typeof part === 'function' ? part(facts) : part);
  const way = typeof own.see === 'function' ? own.see(facts) : (own.see ?? see);
  return {
    code,
    cause: said(own.cause) ?? (facts as { cause: string }).cause,
    fix: said(own.fix) ?? fix,
    ...(way && { see: way }),
  };
}

/** What another program found out, with the fix of its code if it gave none. */
export function explainAgain<C extends Code>(found: {
  code: C;
  cause: string;
  fix?: string | undefined;
}): Explained<C> {
  const { code, cause, fix } = found;
  const { fix: general, see } = CATALOGUE[code] as General;
  return { code, cause, fix: fix || general, ...(see && { see }) };
}

/** The general texts of any code; undefined for one that is not ours. */
export const meaningOf = (code: string): General | undefined =>
  Object.hasOwn(CATALOGUE, code) && !code.includes('/') ? CATALOGUE[code as Code] : undefined;

/** Every code, sorted. */
export const explainedCodes = (): Code[] =>
  (Object.keys(CATALOGUE) as Situation[]).filter((key): key is Code => !key.includes('/')).sort();
