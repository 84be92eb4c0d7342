/** Words that mean themselves in every POSIX shell. */
const PLAIN = /^[A-Za-z0-9_./:@%+=,-]+$/;

/**
 * Words as one line for a POSIX shell. Any other word is put in single quotes, in which nothing is special. Throws for control
 * characters, which a terminal might act on before the shell sees them.
 */
export function commandLine(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  if (/\p{Cc}|\p{Cf}|\p{Surrogate}/u.test(word)) throw new TypeError('a word of a command has control characters');
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
