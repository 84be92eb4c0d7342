import { copyFileSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs';

/** More than the 10 MB at which our own programs rotate their logs without losing a line. */
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
 * Keeps a log small that other programs write to: copies it to `<file>.1` (the former one becomes `<file>.2`) and truncates it. They
 * have it open for appending, so they continue at its start. A line written between copy and truncation is lost.
 * @param {string} file
 */
export function cutLog(file, largest = LARGEST_LOG) {
  try {
    if (statSync(file).size <= largest) return;
    if (statSync(`${file}.1`, { throwIfNoEntry: false })) renameSync(`${file}.1`, `${file}.2`);
    copyFileSync(file, `${file}.1`);
    truncateSync(file, 0);
  } catch {
    // No log yet, or no disk space for a copy: the next call tries again.
  }
}
