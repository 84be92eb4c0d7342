import { copyFileSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs';

/** More than our own programs let their logs become (10 MB): they rotate them themselves, and lose no line. */
const LARGEST_LOG = 12 * 1024 * 1024;

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

/**
 * Keeps a log small that others write to: copied to `<file>.1` (what was there becomes `<file>.2`) and cut to nothing. They have it
 * open for appending, so they go on at its beginning. A line that is written between the two is lost.
 * @param {string} file
 */
export function cutLog(file, largest = LARGEST_LOG) {
  try {
    if (statSync(file).size <= largest) return;
    if (statSync(`${file}.1`, { throwIfNoEntry: false })) renameSync(`${file}.1`, `${file}.2`);
    copyFileSync(file, `${file}.1`);
    truncateSync(file, 0);
  } catch {
    // No log yet, or no room on the disk for a copy: looked at again soon.
  }
}
