/** Compares the structure of JSON: keys and types of values, not the values. */

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
};

type Json = Readonly<Record<string, unknown>>;

function elementDifferences(recorded: readonly unknown[], actual: readonly unknown[], at: string): string[] {
  if (recorded.length === 0) return [];
  return actual.flatMap((element, index) => {
    const against = recorded.map((candidate) => shapeDifferences(candidate, element, `${at}[${String(index)}]`));
    return against.some((found) => found.length === 0) ? [] : (against[0] ?? []);
  });
}

/**
 * Where `actual` differs in structure from `recorded`: an extra or missing key, a value of another type. An element of
 * an array can have the structure of any recorded element; an array that was empty in the recording says nothing.
 */
export function shapeDifferences(recorded: unknown, actual: unknown, at = ''): string[] {
  if (typeOf(recorded) !== typeOf(actual)) return [`${at} is ${typeOf(actual)}, recorded ${typeOf(recorded)}`];
  if (Array.isArray(recorded)) return elementDifferences(recorded, actual as unknown[], at);
  if (typeof recorded !== 'object' || recorded === null) return [];
  const [was, is] = [recorded as Json, actual as Json];
  const missing = Object.keys(was).filter((key) => !(key in is));
  const extra = Object.keys(is).filter((key) => !(key in was));
  return [
    ...missing.map((key) => `${at}.${key} is missing`),
    ...extra.map((key) => `${at}.${key} was not recorded`),
    ...Object.keys(was)
      .filter((key) => key in is)
      .flatMap((key) => shapeDifferences(was[key], is[key], `${at}.${key}`)),
  ];
}

/** The same value without the keys that are different at every run, in any order of elements. */
export function without(value: unknown, keys: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) {
    return value
      .map((element) => without(element, keys))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !keys.has(key));
  return Object.fromEntries(kept.sort().map(([key, inner]) => [key, without(inner, keys)]));
}
