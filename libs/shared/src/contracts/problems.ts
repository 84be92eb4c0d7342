import { z } from 'zod';

/** Stable codes of the HTTP API's problems; docs/errors.md has a section for each. */
export const ProblemCode = z.enum([
  'bad-request',
  'unauthenticated',
  'forbidden',
  'unknown-host',
  'unknown-node',
  'unknown-container',
  'unknown-network',
  'unknown-membership',
  'unknown-controller',
  'unknown-command',
  'unknown-probe',
  'unknown-event',
  'unknown-token',
  'token-in-state-folder',
  'unknown-route',
  'ambiguous-reference',
  'address-claimed',
  'name-taken',
  'container-differs',
  'being-removed',
  'host-not-empty',
  'no-controller',
  'controller-absent',
  'controller-away',
  'controller-in-use',
  'central-refused',
  'central-new-unsupported',
  'network-not-kept',
  'no-free-pool',
  'not-adoptable',
  'not-releasable',
  'unmanaged-membership',
  'host-away',
  'call-failed',
  'not-cancellable',
  'revision-conflict',
  'precondition-required',
  'idempotency-mismatch',
  'confirmation-required',
  'no-matching-host',
  'request-timeout',
  'headers-too-large',
  'body-too-large',
  'unsupported-media-type',
  'method-not-allowed',
  'foreign-host-header',
  'too-many-requests',
  'too-many-streams',
  'join-refused',
  'proof-refused',
  'host-revoked',
  'busy',
  'bundle-unavailable',
  'store-unavailable',
  'bus-unavailable',
  'internal',
]);
export type ProblemCode = z.infer<typeof ProblemCode>;

/** A request that does what a fix says, or shows what is wrong. `{host}` stands for what the client knows. */
export const See = z
  .object({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    path: z.string().meta({ example: '/v1/hosts' }),
  })
  .meta({ id: 'See' });
export type See = z.infer<typeof See>;

/** RFC 9457 problem, with a stable `code`, the `fix` for people, and for programs what to `see`. */
export const Problem = z
  .object({
    type: z.string().meta({ example: '/docs/errors#unknown-host' }),
    title: z.string(),
    status: z.int(),
    code: ProblemCode,
    detail: z.string(),
    fix: z.string().optional(),
    see: See.optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    candidates: z.array(z.string()).optional(),
    /** Of `container-differs`: field by field, what is there and what was asked for. */
    differences: z.array(z.object({ field: z.string(), is: z.unknown(), asked: z.unknown() })).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;
