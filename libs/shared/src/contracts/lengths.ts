import type { z } from 'zod';

/**
 * Limits for everything that a host sends, in characters (UTF-16) and elements. A host is not trusted, so everything it sends is bounded;
 * an honest one never reaches these limits. Its agent cuts what it reports to the same lengths before sending (`fitLengths`), because an
 * event that exceeds them is quarantined.
 */
export const MAX_CAUSE = 2000;
export const MAX_FIX = 1000;
/** A line of progress. */
export const MAX_DETAIL = 1000;
/** Versions, architectures, MACs, devices, IDs of other programs, times. */
export const MAX_WORD = 128;
/** Image references, as an engine shows them, and names of networks. */
export const MAX_NAME = 512;
/** zerotier-one has room for 2,048 bytes; the agent cuts everything after the `?` of a target. */
export const MAX_URL = 4096;
/** A label that a workload wears for Orrery, and its value. */
export const MAX_LABEL = 128;
export const MAX_LABEL_VALUE = 1024;
/** Labels of one workload: those beyond are not reported. */
export const MAX_LABELS = 32;
/** An address or prefix in any spelling, with its zone. */
export const MAX_ADDRESS = 64;

/** For the log of a container: it fits into one message even if every character must be escaped. */
export const MAX_LOG = 150_000;

/** Addresses of one device or membership: zerotier-one assigns at most 32. */
export const MAX_ADDRESSES = 500;
/** Routes of one device or membership: zerotier-one accepts at most 128 from a network, but a router may add thousands. */
export const MAX_ROUTES = 5000;
/**
 * Elements in a part of a snapshot. This many never fit into one event (`MAX_BATCH_BYTES`). An agent marks a part that is too large as
 * unknown and never cuts it, because whatever a snapshot omits counts as gone.
 */
export const MAX_LISTED = 5000;

/** The text, or its beginning and an ellipsis: never longer than `most`, and never with half a character. */
export function fitText(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = most - 1;
  const splits = /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return `${text.slice(0, splits ? end - 1 : end)}…`;
}

/** Maximum rounds of cutting and checking: an overlong value may have hidden another problem. */
const MOST_ROUNDS = 10;

/**
 * The value with every text and list cut to the length that its schema allows; the same object when nothing is too long. Other problems
 * are left as they are.
 */
export function fitLengths<Value>(schema: z.ZodType, value: Value): Value {
  let holder = { value };
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { error } = schema.safeParse(holder.value);
    const long = (error?.issues ?? []).filter((issue) => issue.code === 'too_big');
    if (long.length === 0) break;
    if (round === 0) holder = structuredClone(holder);
    for (const { path, maximum } of long) cutAt(holder, ['value', ...path], Number(maximum));
  }
  return holder.value;
}

function cutAt(holder: object, path: PropertyKey[], most: number): void {
  const last = path.pop() as PropertyKey;
  const parent = path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown>)[key], holder);
  const part = (parent as Record<PropertyKey, unknown>)[last];
  if (typeof part === 'string') (parent as Record<PropertyKey, unknown>)[last] = fitText(part, most);
  else if (Array.isArray(part)) part.length = most;
}
