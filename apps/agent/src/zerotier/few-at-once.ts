/** Does the same for each, a few at a time; the results are in the order of the items. After a failure nothing more is begun. */
export async function fewAtOnce<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  // A generator, because it ends for all workers when one of them leaves its loop with an error; an array's iterator would go on.
  const left = each(items);
  const worker = async (): Promise<void> => {
    for (const [at, item] of left) results[at] = await work(item);
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  return results;
}

function* each<T>(items: readonly T[]): Generator<[number, T]> {
  yield* items.entries();
}
