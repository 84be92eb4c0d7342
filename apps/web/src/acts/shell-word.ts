/** A word of a line for a shell. Names that people or hosts wrote are quoted where a shell would split or obey them. */
export const shellWord = (text: string): string =>
  /^[\w.,:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** `orrery launch demo --host web-1`: what is undefined or empty is left out. */
export const lineOf = (...words: (string | undefined)[]): string =>
  ['orrery', ...words.filter((word): word is string => word !== undefined && word !== '').map(shellWord)].join(' ');
