import { z } from 'zod';
import { MAX_CAUSE, MAX_DETAIL, MAX_FIX } from './lengths.js';

const why = {
  cause: z.string().max(MAX_CAUSE).describe('Why, in words.'),
  fix: z.string().max(MAX_FIX).describe('What to do about it.'),
};

/** Why an item is not done yet although nothing failed: somebody or something else must act. */
export const WaitingCode = z.enum([
  'authorization', // ACCESS_DENIED: the controller has not admitted the node
  'authentication', // AUTHENTICATION_REQUIRED: single sign-on at `authenticationURL`
  'network-not-found', // NOT_FOUND: the controller has no such network
  'configuration', // REQUESTING_CONFIGURATION: the controller has not answered
  'interface', // status OK, but the kernel does not show the interface up
  'address', // status OK, but the kernel does not show the address that the network assigned
  'workload', // an attachment whose workload is not there or does not run
  'paused', // the host is paused: its agent observes and reports, but changes nothing
]);
export type WaitingCode = z.infer<typeof WaitingCode>;

/** Why an item cannot be achieved on this host now. docs/errors.md has a section with the fix for each. */
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
  'lan-not-reached',
  'lockout-rolled-back',
  'net-admin-missing',
  'nft-missing',
  'no-masquerade',
  'policy-denied',
  'port-error',
  'port-taken',
  'pull-refused',
  'route-conflict',
  'settings-refused',
  'token-unreadable',
  'tun-denied',
  'tun-missing',
  'udp-ports-used-up',
  'unexpected',
  'unsupported',
  'workload-unsuitable',
  'zerotier-missing',
]);
export type FailureCode = z.infer<typeof FailureCode>;

export const Outcome = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('done').describe('It is as desired.'),
      detail: z.string().max(MAX_DETAIL).optional().describe('What was done, for people.'),
    }),
    z.object({
      kind: z.literal('waiting').describe('Somebody or something else has to act first.'),
      code: WaitingCode.describe('What it waits for.'),
      ...why,
    }),
    z.object({
      kind: z.literal('failed').describe('It cannot be done on this host now.'),
      code: FailureCode.describe('Why it failed; docs/errors.md has a section for each code.'),
      ...why,
    }),
  ])
  .meta({ id: 'Outcome', description: 'How an item stands at a revision.' });
export type Outcome = z.infer<typeof Outcome>;

export const Stage = z
  .enum([
    'accepted',
    'delivered',
    'pull',
    'identity',
    'created',
    'queued',
    'started',
    'daemon',
    'joined',
    'authorization',
    'authorized',
    'interface',
    'address',
    'heard',
    'forwarding',
    'stopped',
    'left',
    'removed',
    'done',
    'failed',
  ])
  .meta({ id: 'Stage', description: 'A stage of a launch or join, in the order in which people see them.' });
export type Stage = z.infer<typeof Stage>;
