import { readFileSync } from 'node:fs';

/**
 * The end of a log, for an error message.
 * @param {string} file
 * @param {number} count
 */
export function lastLines(file, count) {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return `(no log at ${file})`;
  }
}
