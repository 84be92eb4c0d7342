import { z } from 'zod';
import { Name } from './ids.js';

/** Stable codes of the HTTP API's problems; docs/errors.md has a section for each. */
export const ProblemCode = z.enum([
  'bad-request',
  'unauthenticated',
  'two-credentials',
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
  'unknown-login',
  'token-in-state-folder',
  'unknown-reference',
  'unknown-route',
  'ambiguous-reference',
  'address-claimed',
  'name-taken',
  'container-differs',
  'attached-by-label',
  'being-removed',
  'host-not-empty',
  'no-controller',
  'controller-absent',
  'controller-away',
  'controller-in-use',
  'central-refused',
  'central-address-refused',
  'central-new-unsupported',
  'network-not-kept',
  'no-free-pool',
  'unknown-prefix',
  'prefix-refused',
  'prefix-taken',
  'too-many-routes',
  'router-refused',
  'check-refused',
  'router-in-use',
  'not-adoptable',
  'not-releasable',
  'unmanaged-membership',
  'host-away',
  'host-silent',
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

/** A request that does what a fix says, or shows what is wrong. The client fills in `{host}`. */
export const See = z
  .object({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).describe('Method of the request.'),
    path: z
      .string()
      .meta({ description: 'Path of the request; what stands in braces the client fills in.', example: '/v1/hosts' }),
  })
  .meta({ id: 'See', description: 'A request of this API that does what a fix says, or shows what is wrong.' });
export type See = z.infer<typeof See>;

/**
 * A command that carries out a fix. Only the API writes these, from a code and typed facts: no text of a host, of a network's owner or of a
 * container is in it, because people paste it into a shell.
 */
export const FixCommand = z
  .object({
    on: z
      .enum(['host', 'anywhere'])
      .describe('`host`: as root on the host concerned. `anywhere`: wherever `orrery` is logged in.'),
    host: Name.nullable()
      .default(null)
      .describe('Name of the host on which it is to run; null: anywhere, or the host is not known.'),
    run: z.string().meta({
      description: 'The command line, for a POSIX shell.',
      example: 'orrery membership authorize 3cdfe08e8b 3e92c1f0a7000001',
    }),
  })
  .meta({ id: 'FixCommand', description: 'A command that carries out a fix.' });
export type FixCommand = z.infer<typeof FixCommand>;

export const Problem = z
  .object({
    type: z.string().meta({ example: '/docs/errors#unknown-host' }).meta({
      description: 'Where the problem is explained, relative to the API.',
      example: '/docs/errors#unknown-host',
    }),
    title: z.string().describe('Short summary; the same for every problem of its code.'),
    status: z.int().describe('HTTP status of the answer.'),
    code: ProblemCode.describe('Stable code, for programs.'),
    detail: z.string().describe('What happened this time, for people.'),
    fix: z.string().optional().describe('What to do about it; left out if nothing is known.'),
    see: See.optional().describe(
      'The request that does what `fix` says, or shows what is wrong; left out if there is none.',
    ),
    errors: z
      .array(
        z.object({
          path: z.string().describe('Where it is: names with dots between them; empty for the whole body.'),
          message: z.string().describe('What is wrong with it.'),
        }),
      )
      .optional()
      .describe('With `bad-request`: what is wrong, field by field.'),
    candidates: z.array(z.string()).optional().describe('With `ambiguous-reference`: what the reference could mean.'),
    differences: z
      .array(
        z.object({
          field: z.string().describe('Name of the field.'),
          is: z.unknown().describe('Existing value.'),
          asked: z.unknown().describe('Requested value.'),
        }),
      )
      .optional()
      .describe('With `container-differs`: field by field, what exists and what was requested.'),
  })
  .meta({
    id: 'Problem',
    description: 'Why a request was refused or failed: RFC 9457, with a stable `code` and the `fix`.',
  });
export type Problem = z.infer<typeof Problem>;
