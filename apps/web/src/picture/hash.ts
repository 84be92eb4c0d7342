/**
 * FNV-1a with a finalizer, as an unsigned 32-bit number. Without the finalizer, names that differ in their last digit
 * alone (`web-1`, `web-2`) would stand side by side.
 */
export function hash(text: string): number {
  let h = 2166136261;
  for (let at = 0; at < text.length; at++) h = Math.imul(h ^ text.charCodeAt(at), 16777619);
  h = Math.imul(h ^ (h >>> 15), 2246822507);
  return (h ^ (h >>> 13)) >>> 0;
}

/** By code units, so that the order does not depend on the reader's language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The next power of two, at least 2: what grows by one host seldom changes it. */
export function roomFor(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(count, 2)));
}
