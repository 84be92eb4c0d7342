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

  param(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  get sql(): string {
    return this.#terms.length > 0 ? `WHERE ${this.#terms.map((term) => `(${term})`).join(' AND ')}` : '';
  }
}
