/** A column has a text, in upper or lower case. `pattern`: a parameter with the value of `patternOf`. Postgres can guess how rare a pattern is. */
export const contains = (column: string, pattern: string) => `lower(${column}) LIKE lower(${pattern}::text)`;
export const patternOf = (text: string) => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;

/**
 * The WHERE of a list: terms with `$?` for each value, which becomes `$1`, `$2` … in order. Values never enter the
 * text.
 */
export class Where {
  readonly values: unknown[] = [];
  readonly #terms: string[] = [];

  and(term: string, ...values: unknown[]): this {
    const rest = [...values];
    this.#terms.push(term.replaceAll('$?', () => this.param(rest.shift())));
    return this;
  }

  /** Like `and`, but only if there is a value. */
  andIf(value: unknown, term: string): this {
    return value === undefined ? this : this.and(term, value);
  }

  /** Only rows in which one of these columns has the text, in any case; undefined: all of them. */
  has(text: string | undefined, ...columns: string[]): this {
    if (text === undefined) return this;
    const terms = columns.map((column) => contains(column, '$?'));
    return this.and(terms.join(' OR '), ...columns.map(() => patternOf(text)));
  }

  param(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  get sql(): string {
    return this.#terms.length > 0 ? `WHERE ${this.#terms.map((term) => `(${term})`).join(' AND ')}` : '';
  }
}
