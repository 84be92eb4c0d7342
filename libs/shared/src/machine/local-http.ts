/**
 * `refused`: nobody listens. `unreachable`: no route, or no answer in time. `unauthorized`: the token or our address is not accepted.
 * `garbage`: the answer is not zerotier-one's.
 */
export type LocalApiTrouble = 'refused' | 'unreachable' | 'unauthorized' | 'garbage';

export class LocalApiError extends Error {
  constructor(
    readonly trouble: LocalApiTrouble,
    message: string,
    origin?: unknown,
  ) {
    super(message, { cause: origin });
    this.name = 'LocalApiError';
  }
}

export type Method = 'GET' | 'POST' | 'DELETE';

/** The answer, whatever it says. A body that is not JSON is returned as text, which no schema of ours accepts. */
export interface Answer {
  status: number;
  body: unknown;
}

export interface Question {
  method: Method;
  path: string;
  /** Body of a POST; `{}` if omitted. */
  body?: object | undefined;
  signal?: AbortSignal | undefined;
}

/** zerotier-one's HTTP API, one question at a time. A refused token or a missing answer is a LocalApiError; every other status is an answer. */
export interface LocalHttp {
  ask(question: Question): Promise<Answer>;
}
