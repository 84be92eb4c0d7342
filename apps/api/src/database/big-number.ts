import type { ValueTransformer } from 'typeorm';

/** `bigint` columns that never pass 2^53 (revisions, sequence numbers, ids): numbers in the program, not the driver's strings. */
export const bigNumber: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};
