/** The words that contain a mistyped one, or share most of their letter pairs with it; none when nothing is close. */
export function closest(text: string, words: readonly string[], most = 3): string[] {
  const wanted = pairs(text);
  return words
    .map((word): [number, string] => [word.includes(text) ? 1 : likeness(wanted, pairs(word)), word])
    .filter(([score]) => score > 0.4)
    .sort(([a], [b]) => b - a)
    .slice(0, most)
    .map(([, word]) => word);
}

const pairs = (text: string) =>
  new Set(Array.from({ length: text.length + 1 }, (_, index) => ` ${text} `.slice(index, index + 2)));

/** Dice's coefficient: 1 for equal sets. */
const likeness = (a: Set<string>, b: Set<string>) =>
  (2 * [...a].filter((pair) => b.has(pair)).length) / (a.size + b.size);
