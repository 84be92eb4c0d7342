import type { ValueTransformer } from 'typeorm';

/**
 * `bigint` columns that never exceed 2^53 (revisions, sequence numbers, IDs): numbers in the program, not the driver's
 * strings.
 */
export const bigNumber: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};
