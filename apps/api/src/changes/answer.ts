/** The answer to a change that was made, as only `Changes` gives one: a route that changes something has no other. */
export class Answer {
  constructor(
    readonly status: 200 | 201 | 202,
    readonly headers: Readonly<Record<string, string>>,
    readonly body: object,
  ) {}
}
