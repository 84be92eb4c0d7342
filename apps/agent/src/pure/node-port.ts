/**
 * Chooses a node's port. The search starts at a place in the range that follows from the node's address, so agents that
 * do not know of each other rarely choose the same port. Undefined if all are taken.
 */
export function choosePort(
  address: string,
  { first, last }: { first: number; last: number },
  taken: ReadonlySet<number>,
): number | undefined {
  const size = last - first + 1;
  const begin = parseInt(address, 16) % size;
  for (let step = 0; step < size; step++) {
    const port = first + ((begin + step) % size);
    if (!taken.has(port)) return port;
  }
  return undefined;
}
