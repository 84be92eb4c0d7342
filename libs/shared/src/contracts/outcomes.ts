import { z } from 'zod';
import { MAX_CAUSE, MAX_DETAIL, MAX_FIX } from './lengths.js';

const why = { cause: z.string().max(MAX_CAUSE), fix: z.string().max(MAX_FIX) };

/** Why an item is not there yet although nothing failed: somebody or something else has to act. */
export const WaitingCode = z.enum([
  'authorization', // ACCESS_DENIED: the controller has not admitted the node
  'authentication', // AUTHENTICATION_REQUIRED: single sign-on at `authenticationURL`
  'network-not-found', // NOT_FOUND: the controller has no such network
  'configuration', // REQUESTING_CONFIGURATION: the controller has not answered
  'interface', // status OK, and the kernel does not show the interface up
  'address', // status OK, and the kernel does not show the address that the network assigned
  'paused', // the host is paused: its agent looks and reports, and does nothing
]);
export type WaitingCode = z.infer<typeof WaitingCode>;

/** Why an item cannot be made true on this host now. Each has a page section in docs/errors.md with its fix. */
export const FailureCode = z.enum([
  'client-too-old',
  'daemon-unreachable',
  'docker-unreachable',
  'container-died',
  'container-name-taken',
  'container-paused',
  'disk-full',
  'identity-lost',
  'image-absent',
  'image-architecture',
  'image-unsuitable',
  'lockout-rolled-back',
  'net-admin-missing',
  'policy-denied',
  'port-error',
  'port-taken',
  'pull-refused',
  'route-conflict',
  'settings-refused',
  'token-unreadable',
  'tun-missing',
  'unexpected',
  'unsupported',
  'zerotier-missing',
]);
export type FailureCode = z.infer<typeof FailureCode>;

/** How an item stands at a revision. `cause` and `fix` are sentences for people. */
export const Outcome = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('done'), detail: z.string().max(MAX_DETAIL).optional() }),
    z.object({ kind: z.literal('waiting'), code: WaitingCode, ...why }),
    z.object({ kind: z.literal('failed'), code: FailureCode, ...why }),
  ])
  .meta({ id: 'Outcome' });
export type Outcome = z.infer<typeof Outcome>;

/** The stages of a launch or join, in the order in which a person sees them. */
export const Stage = z
  .enum([
    'accepted',
    'delivered',
    'pull',
    'identity',
    'created',
    'started',
    'daemon',
    'joined',
    'authorization',
    'authorized',
    'interface',
    'address',
    'stopped',
    'left',
    'removed',
    'done',
    'failed',
  ])
  .meta({ id: 'Stage' });
export type Stage = z.infer<typeof Stage>;
