/** The SQLSTATE of a failed statement; undefined if the error did not come from the server. */
export function sqlStateOf(error: unknown): string | undefined {
  const { driverError = error } = error as { driverError?: unknown };
  const { code } = (driverError ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/**
 * The row itself is invalid, and will fail every time: cardinality (21), data (22), constraint (23), or a limit of the
 * server such as an index entry that is too long (54).
 */
export const isBadRow = (error: unknown) => /^(21|22|23|54)/.test(sqlStateOf(error) ?? '');
