/** The long form: the row's own constants, and many seeds. */
export const isLong = process.env['ORRERY_FAULTS'] === 'long';

/** Picks short or long constants of a row, and prints which, so that nobody mistakes the short form for the row. */
export function scaled<Name extends string>(
  row: string,
  constants: Record<Name, readonly [short: number, long: number]>,
): Record<Name, number> {
  const entries = Object.entries<readonly [number, number]>(constants);
  const picked = entries.map(([name, [short, long]]) => [name, isLong ? long : short] as const);
  const said = entries.map(
    ([name, [short, long]]) => `${name} ${isLong ? long : short} (short ${short}, long ${long})`,
  );
  process.stderr.write(`${row}: ${said.join(', ')}\n`);
  return Object.fromEntries(picked) as Record<Name, number>;
}
