import { availableParallelism, loadavg } from 'node:os';

/**
 * A limit in milliseconds that holds on a calm machine, for this one as busy as it is: where each process gets a fifth of a processor, what
 * Orrery promises takes five times as long. On a calm machine the limit is the promise itself.
 */
export const asOnCalmMachine = (ms: number): number => ms * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
