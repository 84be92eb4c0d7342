/**
 * The answer to a change. Only `Changes` creates one, so a route that changes something cannot answer in any other way.
 */
export class Answer {
  constructor(
    readonly status: 200 | 201 | 202,
    readonly headers: Readonly<Record<string, string>>,
    readonly body: object,
  ) {}
}
