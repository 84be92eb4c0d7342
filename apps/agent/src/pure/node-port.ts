/**
 * The port of a node: where it begins in the range follows from its address, so that two agents that know nothing of each other hardly
 * ever choose the same. Undefined: all are taken.
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
