/** Postgres and driver errors that mean "the database is unreachable or not ready", not "the statement is wrong". */
const AWAY_STATES = /^(08|53|57P|3D000|28|42P01|55P03|57014|25P03)/; // connection, resources, shutdown, no schema yet, timeouts
const AWAY_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOENT', 'EHOSTUNREACH', 'ENOTFOUND']);
/**
 * A runner whose connection was lost between two statements is released at once; its next statement reports only that.
 */
const AWAY_MESSAGE =
  /connection terminated|query runner already released|timeout exceeded when trying to connect|connection timeout|driver not connected|connection is not established|client has encountered a connection error|cannot use a pool after/i;

interface Failure {
  code?: unknown;
  message?: unknown;
  constraint?: unknown;
  errors?: unknown;
  driverError?: unknown;
}

const asFailure = (error: unknown): Failure => (typeof error === 'object' && error !== null ? error : {});
/** TypeORM wraps the driver's error. */
const inner = (error: unknown): Failure => asFailure(asFailure(error).driverError ?? error);

/** True when the database is unreachable, so that trying again later helps. */
export function isStoreAway(error: unknown): boolean {
  const { code, message, errors } = inner(error);
  if (Array.isArray(errors)) return errors.some(isStoreAway); // every address of a host name was tried
  if (typeof code === 'string' && (AWAY_CODES.has(code) || (code.length === 5 && AWAY_STATES.test(code)))) return true;
  return typeof message === 'string' && AWAY_MESSAGE.test(message);
}

/**
 * A lock or a statement took too long, or there was no free connection: many changes to one host at once, or a slow
 * machine.
 */
const BUSY_STATES = /^(55P03|57014|25P03|53300)$/;
const BUSY_MESSAGE = /timeout exceeded when trying to connect/i;

/** True when the database may be reachable, but did not handle this request in time. */
export function isStoreBusy(error: unknown): boolean {
  const { code, message } = inner(error);
  return (
    (typeof code === 'string' && BUSY_STATES.test(code)) || (typeof message === 'string' && BUSY_MESSAGE.test(message))
  );
}

/** True when Postgres has no room to write; existing data is safe. */
export const isStoreFull = (error: unknown) => inner(error).code === '53100';

/** True when a row was written that the token's scope would hide: the check option of the scope's views. */
export const leavesScope = (error: unknown) => inner(error).code === '44000';

/** True when the statement violated the named unique constraint. */
export function breaksUnique(error: unknown, constraint: string): boolean {
  const { code, constraint: name } = inner(error);
  return code === '23505' && name === constraint;
}
