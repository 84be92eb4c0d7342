import { randomBytes } from 'node:crypto';
import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { BusError } from './bus-error.js';
import { Incoming } from './incoming.js';
import { KEY_HEADER, SIGNATURE_HEADER, type Signer, type Verifier } from './signing.js';

/** Header of a request that requires a signed answer: a random number that the answer is bound to. */
const NONCE_HEADER = 'Orrery-Nonce';
const NONCE = /^[0-9a-f]{32}$/;

/** After this many unsigned answers, checking more would only cost time. */
const MOST_UNPROVEN = 100;

/**
 * The subject that the answer to one request is signed for. No message is ever sent on it. So an answer cannot pass for a desired state
 * or a call, nor for the answer to another host or request, and neither can any of these pass for it.
 */
export const answerSubject = (requestSubject: string, nonce: string): string => `${requestSubject}.answer.${nonce}`;

/** Answers a request, signed if it asks for that. An agent that does not ask knows nothing of signed answers. */
export async function answerProven(request: Msg, body: string, signer: Signer): Promise<void> {
  const nonce = request.headers?.get(NONCE_HEADER) ?? '';
  if (!NONCE.test(nonce)) return void request.respond(body);
  const { key, signature } = await signer.signAside(answerSubject(request.subject, nonce), body);
  const proof = headers();
  proof.set(KEY_HEADER, key);
  proof.set(SIGNATURE_HEADER, signature);
  request.respond(body, { headers: proof });
}

export interface ProvenRequest {
  subject: string;
  body: string;
  timeoutMs: number;
  verifier: Verifier;
  /** Called for each answer that is not signed for this request. */
  onUnproven: () => void;
}

/**
 * Waits for the answer that is signed for this request. All others are ignored, so that a forger who is quicker than the API cannot
 * suppress its answer. Throws BusError (`unproven` when others came, `timeout` when none did) and whatever the client throws.
 */
export async function askProven(connection: NatsConnection, request: ProvenRequest): Promise<Msg> {
  const { subject, body, timeoutMs, verifier, onUnproven } = request;
  const nonce = randomBytes(16).toString('hex');
  const asking = headers();
  asking.set(NONCE_HEADER, nonce);
  const options = { strategy: 'timer' as const, maxWait: timeoutMs, headers: asking };
  let unproven = 0;
  for await (const message of await connection.requestMany(subject, body, options)) {
    const { signed } = Incoming.of(message, answerSubject(subject, nonce));
    if (signed && verifier.verifies(signed)) return message;
    unproven += 1;
    onUnproven();
    if (unproven === MOST_UNPROVEN) break;
  }
  if (unproven === 0) throw new BusError('timeout', `no answer on ${subject} within ${timeoutMs} ms`);
  throw new BusError('unproven', `${unproven} answers on ${subject}, none signed for this request by a known key`);
}
