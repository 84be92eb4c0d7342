// Progress for people: one line per step, with its time. No spinner, because the output must also read well in a log.

/**
 * Runs one step and reports the result. `work` may return a few words about it.
 * @template T
 * @param {string} title what is being done; printed at once
 * @param {(say: (line: string) => void) => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const start = performance.now();
  console.log(`· ${title} …`);
  try {
    const result = await work((line) => console.log(`    ${line}`));
    console.log(`✓ ${title}${typeof result === 'string' ? `: ${result}` : ''} (${seconds(performance.now() - start)})`);
    return result;
  } catch (error) {
    console.log(`✗ ${title} (${seconds(performance.now() - start)})`);
    throw error;
  }
}

/** @param {number} ms */
export function seconds(ms) {
  return ms < 60_000
    ? `${(ms / 1000).toFixed(1)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
