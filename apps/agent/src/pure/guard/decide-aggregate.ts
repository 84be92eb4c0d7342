import { hostBits, type Prefix } from '@orrery/shared/addresses';

const keyOf = (prefix: Prefix): string => `${prefix.version}:${prefix.value >> hostBits(prefix)}/${prefix.bits}`;

/** The same prefixes in order, without those covered by another one. A network may push thousands, so each is looked up, not compared. */
export function withoutCovered(prefixes: readonly Prefix[]): Prefix[] {
  const lengths = [...new Set(prefixes.map(({ bits }) => bits))];
  const keys = new Set(prefixes.map(keyOf));
  const seen = new Set<string>();
  return prefixes.filter((prefix) => {
    const isCovered = lengths.some((bits) => bits < prefix.bits && keys.has(keyOf({ ...prefix, bits })));
    return !isCovered && !seen.has(keyOf(prefix)) && seen.add(keyOf(prefix));
  });
}

/** Repeatedly merges two halves into one prefix: exactly the same addresses in fewer prefixes. Widest first. */
export function joinPrefixes(prefixes: readonly Prefix[]): Prefix[] {
  let joined = withoutCovered(prefixes);
  for (let before = -1; before !== joined.length;) {
    before = joined.length;
    joined = joinedOnce(joined);
  }
  return joined.sort((left, right) => left.bits - right.bits);
}

function joinedOnce(prefixes: readonly Prefix[]): Prefix[] {
  const byKey = new Map(prefixes.map((prefix) => [keyOf(prefix), prefix]));
  for (const prefix of prefixes) {
    const sibling = keyOf({ ...prefix, value: prefix.value ^ (1n << hostBits(prefix)) });
    if (prefix.bits === 0 || !byKey.has(keyOf(prefix)) || !byKey.has(sibling)) continue;
    byKey.delete(keyOf(prefix));
    byKey.delete(sibling);
    const whole = { ...prefix, bits: prefix.bits - 1 };
    byKey.set(keyOf(whole), whole);
  }
  return [...byKey.values()];
}
