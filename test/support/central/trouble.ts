import type { ServerResponse } from 'node:http';

/** Ways in which the stand-in fails to answer properly. */
export type Trouble =
  | { is: 'status'; status: number; retryAfter?: string; location?: string; body?: string }
  /** Answers nothing. */
  | { is: 'silent' }
  /** Begins its answer, and continues one byte at a time. */
  | { is: 'slow' }
  | { is: 'garbage'; body: string; type?: string }
  /** Announces the whole answer, sends half of it and hangs up. */
  | { is: 'half' }
  /** JSON that ends in the middle, as if it were complete. */
  | { is: 'cut' }
  | { is: 'endless' }
  | { is: 'hang-up' };

/** `right` is the proper answer. */
export function makeTrouble(trouble: Trouble, response: ServerResponse, right: string): void {
  const json = { 'content-type': 'application/json' };
  switch (trouble.is) {
    case 'status':
      response.writeHead(trouble.status, {
        ...(trouble.retryAfter === undefined ? {} : { 'retry-after': trouble.retryAfter }),
        ...(trouble.location === undefined ? {} : { location: trouble.location }),
      });
      response.end(trouble.body ?? '');
      return;
    case 'silent':
      return;
    case 'slow':
      response.writeHead(200, json);
      return drip(response, right);
    case 'garbage':
      response.writeHead(200, { 'content-type': trouble.type ?? 'text/html' });
      response.end(trouble.body);
      return;
    case 'half':
      response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(right) });
      response.write(right.slice(0, right.length / 2), () => response.destroy());
      return;
    case 'cut':
      response.writeHead(200, json);
      response.end(right.slice(0, right.length / 2));
      return;
    case 'endless':
      response.writeHead(200, json);
      return flood(response);
    case 'hang-up':
      response.destroy();
  }
}

function drip(response: ServerResponse, text: string): void {
  let at = 0;
  const timer = setInterval(() => response.write(text[at++ % text.length] ?? ' '), 20);
  response.on('close', () => clearInterval(timer));
}

function flood(response: ServerResponse): void {
  const megabyte = Buffer.alloc(1024 * 1024, ' ');
  const more = () => {
    while (!response.destroyed && response.write(megabyte));
  };
  response.on('drain', more);
  more();
}
