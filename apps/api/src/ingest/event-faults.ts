/** Deeper than any fact, but within the limits of JSON writers and Postgres. */
const MOST_DEPTH = 64;

/**
 * Why this value cannot, or must not, be stored in a jsonb column; undefined if it can. Iterative, so that depth costs
 * nothing.
 */
export function faultOf(value: unknown): string | undefined {
  const rest: [value: unknown, depth: number][] = [[value, 1]];
  for (let next = rest.pop(); next; next = rest.pop()) {
    const [part, depth] = next;
    if (typeof part === 'string') {
      const fault = textFault(part);
      if (fault) return fault;
    } else if (typeof part === 'object' && part !== null) {
      if (depth > MOST_DEPTH) return `it is nested deeper than ${MOST_DEPTH}`;
      for (const [key, inner] of Object.entries(part)) {
        if (key === '__proto__') return 'it has a key __proto__';
        const fault = textFault(key);
        if (fault) return fault;
        rest.push([inner, depth + 1]);
      }
    }
  }
  return undefined;
}

function textFault(text: string): string | undefined {
  if (text.includes('\0')) return 'a text in it has a NUL character';
  return /\p{Surrogate}/u.test(text) ? 'a text in it has a lone surrogate' : undefined;
}
