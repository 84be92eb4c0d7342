/** What is longer must break somewhere, on a phone. */
const MOST_SIGNS = 24;
const NAMES = new RegExp(`((?<!\\S)(?=\\S*[-/])\\S{3,${MOST_SIGNS}}(?!\\S))`);

/** Splits a text; every second part is a name or a flag in which a line should not end. Pure. */
export const apart = (text: string): string[] => text.split(NAMES);
