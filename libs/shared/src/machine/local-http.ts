/**
 * `refused`: nobody listens. `unreachable`: no way there, or no answer in time. `unauthorized`: the token or our address is not accepted.
 * `garbage`: an answer that is not zerotier-one's.
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

/** What came, whatever it says. Text that is no JSON is given as text, and no schema of ours takes that. */
export interface Answer {
  status: number;
  body: unknown;
}

export interface Question {
  method: Method;
  path: string;
  /** Of a POST; `{}` where there is none. */
  body?: object | undefined;
  signal?: AbortSignal | undefined;
}

/** zerotier-one's HTTP, one question at a time. A refused token and no answer are LocalApiErrors; every other status is an answer. */
export interface LocalHttp {
  ask(question: Question): Promise<Answer>;
}
