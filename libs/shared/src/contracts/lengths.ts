import type { z } from 'zod';

/**
 * How long what a host sends may be, in characters (UTF-16) and elements. A host is not trusted, so nothing that it says is without
 * a bound; an honest one never meets these. Its agent cuts what it tells to the same lengths before it sends it (`fitLengths`), because
 * an event that breaks them is put aside.
 */
export const MAX_CAUSE = 2000;
export const MAX_FIX = 1000;
/** A line of progress. */
export const MAX_DETAIL = 1000;
/** Versions, architectures, MACs, devices, IDs of other programs, times. */
export const MAX_WORD = 128;
/** Image references, as an engine shows them, and names of networks. */
export const MAX_NAME = 512;
/** zerotier-one has room for 2,048 bytes; what stands behind the `?` of a target is cut by the agent. */
export const MAX_URL = 4096;
/** An address or prefix in any spelling, with its zone. */
export const MAX_ADDRESS = 64;

/** Of the log of a container: fits into one message even if every character has to be escaped. */
export const MAX_LOG = 150_000;

/** Addresses of one device or membership: zerotier-one assigns at most 32. */
export const MAX_ADDRESSES = 500;
/** Routes of one device or membership: zerotier-one takes at most 128 from a network, a router may add thousands. */
export const MAX_ROUTES = 5000;
/**
 * Elements of a part of a snapshot. So many never fit into one event (`MAX_BATCH_BYTES`): an agent calls a part unknown that is too
 * large, and never cuts it, because what a snapshot leaves out counts as gone.
 */
export const MAX_LISTED = 5000;

/** The text, or its beginning and an ellipsis: never longer than `most`, and never half a character. */
export function fitText(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = most - 1;
  const splits = /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return `${text.slice(0, splits ? end - 1 : end)}…`;
}

/** So often a value is cut and looked at again: what is cut may have hidden something else. */
const MOST_ROUNDS = 10;

/**
 * The value with every text and list cut to the length that its schema allows; itself when nothing is too long. What is wrong in
 * another way is left as it is.
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
