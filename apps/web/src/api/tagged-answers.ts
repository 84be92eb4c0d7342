/** More would keep what nobody looks at any more. */
const MOST = 24;

interface Tagged {
  readonly tag: string;
  readonly body: unknown;
}

/** The last answers that had an ETag: what is still the same is neither sent nor read again. Those of another login are forgotten. */
export class TaggedAnswers {
  #login: string | undefined;
  readonly #byUrl = new Map<string, Tagged>();

  of(login: string | undefined, url: string): Tagged | undefined {
    if (login !== this.#login) this.#byUrl.clear();
    this.#login = login;
    return this.#byUrl.get(url);
  }

  /** `login` as it was when this was asked for: meanwhile there may be another. */
  keep(login: string | undefined, url: string, answer: Tagged): void {
    if (login !== this.#login) return;
    this.#byUrl.delete(url);
    this.#byUrl.set(url, answer);
    const [oldest] = this.#byUrl.keys();
    if (this.#byUrl.size > MOST && oldest !== undefined) this.#byUrl.delete(oldest);
  }
}
