import { readFile } from 'node:fs/promises';
import { prove, type UserKey } from '@orrery/shared/bus';
import {
  JoinNonce,
  JoinReply,
  joinText,
  Problem,
  renewText,
  type HostId,
  type JoinRequest,
  type RenewRequest,
} from '@orrery/shared/contracts';
import { AppError, describeError, Secret } from '@orrery/shared/runtime';
import { trustedFetch, UntrustedServer } from '@orrery/shared/tls';
import type { z } from 'zod';
import type { AgentConfig } from '../config.js';
import { apiTrust } from './api-trust.js';

const TIMEOUT_MS = 10_000;

type ApiConfig = Pick<AgentConfig, 'apiUrl' | 'apiPin' | 'apiCaFile' | 'joinSecretFile'>;

/** One try to join: throws AppError; kind `user` means that repeating it does not help before somebody acts. */
export async function requestJoin(
  config: ApiConfig,
  key: UserKey,
  who: Omit<JoinRequest, 'key' | 'nonce' | 'proof'>,
): Promise<JoinReply> {
  const secret = await readSecret(config.joinSecretFile);
  const { nonce } = await post(config, '/v1/join/nonce', {}, JoinNonce, { pinned: secret });
  const proof = prove(key.seed, joinText({ nonce, installation: who.installation }));
  const request: JoinRequest = { ...who, key: key.publicKey, nonce, proof };
  return post(config, '/v1/join', request, JoinReply, { pinned: secret, bearer: secret });
}

/** One try to be told anew what lets this host in. With `next` that key takes the place of `key`. Throws as `requestJoin` does. */
export async function requestRenewal(
  config: ApiConfig,
  host: HostId,
  key: UserKey,
  next?: UserKey,
): Promise<JoinReply> {
  // Spent long ago, but it may be what says which API is ours.
  const secret = await readSecret(config.joinSecretFile).catch(() => undefined);
  const { nonce } = await post(config, '/v1/join/nonce', {}, JoinNonce, { pinned: secret });
  const text = renewText({ nonce, host, next: next?.publicKey });
  const request: RenewRequest = {
    host,
    key: key.publicKey,
    nonce,
    proof: prove(key.seed, text),
    ...(next ? { next: { key: next.publicKey, proof: prove(next.seed, text) } } : {}),
  };
  return post(config, '/v1/join/renew', request, JoinReply, { pinned: secret });
}

/** `pinned`: a secret that may name the API; `bearer`: what is shown to it. */
async function post<Schema extends z.ZodType>(
  config: ApiConfig,
  path: string,
  body: object,
  schema: Schema,
  { pinned, bearer }: { pinned?: Secret | undefined; bearer?: Secret },
): Promise<z.infer<Schema>> {
  const { apiUrl } = config;
  const init = {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(bearer ? { authorization: `Bearer ${bearer.reveal()}` } : {}),
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  const response = await trustedFetch(`${apiUrl}${path}`, init, await apiTrust(config, pinned)).catch(
    (error: unknown) => {
      throw unreachable(apiUrl, error);
    },
  );
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw refused(response, answer);
  const reply = schema.safeParse(answer);
  if (reply.success) return reply.data;
  throw new AppError({
    code: 'join-answer-unreadable',
    kind: 'operational',
    cause: `${apiUrl} answered ${path} in a form that this agent does not know: ${reply.error.message}`,
    fix: 'Check that ORRERY_URL is the address of an Orrery API of a fitting version.',
  });
}

function unreachable(apiUrl: string, error: unknown): AppError {
  if (error instanceof UntrustedServer)
    return new AppError({
      code: 'api-untrusted',
      kind: 'operational',
      cause: `what answers at ${apiUrl} is not the API that this host was told to trust: ${error.message}. Nothing was sent to it`,
      fix: 'See that ORRERY_URL is right. When the API has another key or authority since, add this host anew with a fresh join token.',
      origin: error,
    });
  return new AppError({
    code: 'api-unreachable',
    kind: 'operational',
    cause: `${apiUrl} cannot be reached: ${reasonOf(error)}`,
    fix: 'Start the API, or set ORRERY_URL to where it is.',
    origin: error,
  });
}

async function readSecret(file: string): Promise<Secret> {
  try {
    return new Secret((await readFile(file, 'utf8')).trim());
  } catch (error) {
    throw new AppError({
      code: 'join-secret-unreadable',
      kind: 'operational',
      cause: `the join secret cannot be read: ${describeError(error)}`,
      fix: `Copy the API's join.secret to ${file}, or set ORRERY_JOIN_SECRET_FILE.`,
      origin: error,
    });
  }
}

/** `details.retryAfter`: the seconds after which the API wants to be asked again, where it says so. */
function refused({ status, headers }: Pick<Response, 'status' | 'headers'>, body: unknown): AppError {
  const problem = Problem.safeParse(body).data;
  const retryAfter = Number(headers.get('retry-after') ?? undefined);
  return new AppError({
    code: problem?.code ?? 'join-refused',
    kind: status >= 400 && status < 500 && status !== 429 ? 'user' : 'operational',
    cause: problem?.detail ?? `the API refused the join with status ${status}`,
    ...(problem?.fix ? { fix: problem.fix } : {}),
    ...(retryAfter >= 0 ? { details: { retryAfter } } : {}),
  });
}

/** fetch says "fetch failed" and hides why in its cause. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? describeError(error.cause) : describeError(error);
