/** The SQLSTATE of a failed statement; undefined when the error is not the server's. */
export function sqlStateOf(error: unknown): string | undefined {
  const { driverError = error } = error as { driverError?: unknown };
  const { code } = (driverError ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/**
 * The row is what is wrong, and will be at every repetition: cardinality (21), data (22), constraint (23), a limit of the
 * server such as an index entry that is too long (54).
 */
export const isBadRow = (error: unknown) => /^(21|22|23|54)/.test(sqlStateOf(error) ?? '');
