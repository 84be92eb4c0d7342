import type { See } from '../problems.js';

type Text<Facts> = string | ((facts: Facts) => string);

/** What a code means and the general fix. Placeholders are in capitals: HOST, NETWORK. */
export interface General {
  means: string;
  /** For people: an imperative, the likeliest action first, commands in backticks. */
  fix: string;
  /** For a client of the API: the request that does the same, or shows what is wrong. */
  see?: See;
}

/**
 * One way in which a code arises: `name-taken/host`. Anything omitted comes from the code in general; without a `cause`, the caller
 * gives one. Facts are strings and numbers, because docs/errors.md shows their names in their place.
 */
export interface Case<Facts = never> {
  cause?: Text<Facts>;
  fix?: Text<Facts>;
  see?: See | ((facts: Facts) => See);
}

/** Every code of a family in general, and any number of cases. */
export type Table<Code extends string> = Record<Code, General> & Record<`${Code}/${string}`, Case>;

/** A path of the API; inserted values are encoded. */
export const path = (parts: TemplateStringsArray, ...values: string[]): string =>
  parts.reduce((made, part, at) => made + encodeURIComponent(values[at - 1] ?? '') + part);

/** `1 node`, `2 nodes`. `many`: if it is not the same with an s. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

export const get = (to: string): See => ({ method: 'GET', path: to });
