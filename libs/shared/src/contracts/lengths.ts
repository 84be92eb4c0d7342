/**
 * How long what a host sends may be, in characters (UTF-16) and elements. A host is not trusted, so nothing that it says is without
 * a bound; an honest one never meets these. Its agent cuts what it tells to the same lengths before it sends it (`journal/fit-lengths.ts`),
 * because an event that breaks them is put aside.
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
