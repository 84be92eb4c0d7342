import { z } from 'zod';

/** Inclusive. */
export interface PortRange {
  first: number;
  last: number;
}

/** `25000-25999`: ports below 1024 need rights that the nodes do not have. */
export const PortRangeText = z
  .string()
  .regex(/^\d{4,5}-\d{4,5}$/, 'write a range of ports, as 25000-25999')
  .transform((text): PortRange => {
    const [first = 0, last = 0] = text.split('-').map(Number);
    return { first, last };
  })
  .refine(
    ({ first, last }) => first >= 1024 && first <= last && last <= 65_535,
    'the range must lie within 1024-65535',
  );

/**
 * The port of a node: where it begins in the range follows from its address, so that two agents that know nothing of each other hardly
 * ever choose the same. Undefined: all are taken.
 */
export function choosePort(
  address: string,
  { first, last }: PortRange,
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
