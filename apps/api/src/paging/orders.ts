import { Keyset, type SortColumn } from './keyset.js';

/**
 * The orders in which a list can be asked for: by one of its columns, forwards or backwards. Each ends with the columns
 * of `usual`, which are unique together, so that a page begins exactly where the one before ended. Columns must never
 * be null, and those with foreign text must be cut, because their values are part of cursors.
 */
export class Orders<Column extends string> {
  readonly #keysets = new Map<string, Keyset>();

  constructor(
    private readonly usual: readonly SortColumn[],
    columns: Record<Column, readonly SortColumn[]>,
  ) {
    for (const [name, first] of Object.entries<readonly SortColumn[]>(columns)) {
      const rest = usual.filter(({ sql }) => first.every((column) => column.sql !== sql));
      this.#keysets.set(name, new Keyset([...first, ...rest]));
      this.#keysets.set(`-${name}`, new Keyset([...first, ...rest], 'DESC'));
    }
  }

  /** The order of `sort` in a query; left out: the usual one. */
  by(sort: Column | `-${Column}` | undefined): Keyset {
    return (sort !== undefined && this.#keysets.get(sort)) || new Keyset(this.usual);
  }
}

/** For sorting by a time that may be missing, which then counts as the oldest. */
export const orOldest = (column: string): SortColumn => ({ sql: `COALESCE(${column}, 'epoch')`, cast: 'timestamptz' });
