/**
 * Does `work` for each, a few at a time, and gives the results in the order of `all`. After a failure nothing further is begun; it is thrown
 * when what was under way has ended.
 */
export async function fewAtATime<T, R>(few: number, all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = all.entries();
  let failed = false;
  const worker = async () => {
    for (const [index, one] of rest) {
      if (failed) return;
      try {
        results[index] = await work(one);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: few }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return results;
}
