import type { ProblemCode } from '@orrery/shared/contracts';

type Entry = readonly [status: number, title: string];

/** Status and title of every problem; what it means and how to mend it is in the contracts' explanations. */
export const CATALOGUE: Record<ProblemCode, Entry> = {
  'bad-request': [400, 'The request is not valid'],
  unauthenticated: [401, 'Not authenticated'],
  'join-refused': [401, 'The join secret is wrong'],
  'proof-refused': [401, 'The key is not proven'],
  'host-revoked': [403, 'The host is revoked'],
  forbidden: [403, 'Not allowed'],
  'unknown-host': [404, 'No such host'],
  'unknown-node': [404, 'No such node'],
  'unknown-container': [404, 'No such container'],
  'unknown-network': [404, 'No such network'],
  'unknown-membership': [404, 'No such membership'],
  'unknown-controller': [404, 'No such controller'],
  'unknown-command': [404, 'No such command'],
  'unknown-probe': [404, 'No such probe'],
  'unknown-event': [404, 'No such event'],
  'unknown-token': [404, 'No such token'],
  'unknown-route': [404, 'No such path'],
  'method-not-allowed': [405, 'Method not allowed'],
  'ambiguous-reference': [409, 'More than one fits'],
  'address-claimed': [409, 'The address may be another’s'],
  'name-taken': [409, 'The name is taken'],
  'container-differs': [409, 'A container of this name has another spec'],
  'being-removed': [409, 'It is being removed'],
  'host-not-empty': [409, 'The host still has wanted state'],
  'no-controller': [409, 'No controller for it'],
  'controller-away': [409, 'The controller cannot be asked'],
  'controller-absent': [409, 'No controller is built in'],
  'controller-in-use': [409, 'Networks are kept on it'],
  'central-refused': [409, 'Central does not accept the token'],
  'central-new-unsupported': [409, 'A token of the new Central'],
  'network-not-kept': [409, 'Orrery does not keep this network'],
  'no-free-pool': [409, 'No free prefix was found'],
  'not-adoptable': [409, 'Nothing to adopt'],
  'not-releasable': [409, 'A container’s network cannot be given up'],
  'unmanaged-membership': [409, 'Orrery did not make this membership'],
  'host-away': [409, 'The host is away'],
  'call-failed': [409, 'The host could not do it'],
  'token-in-state-folder': [409, 'The token is needed'],
  'not-cancellable': [409, 'Too late to cancel'],
  'confirmation-required': [409, 'More hosts match than were confirmed'],
  'no-matching-host': [409, 'No host matches'],
  'request-timeout': [408, 'The request took too long to arrive'],
  'revision-conflict': [412, 'Somebody else changed it'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'Not JSON'],
  'foreign-host-header': [421, 'Asked under a foreign name'],
  'idempotency-mismatch': [422, 'The Idempotency-Key was used for something else'],
  'precondition-required': [428, 'If-Match is required'],
  'too-many-requests': [429, 'Too many wrong tokens'],
  'too-many-streams': [429, 'Too many streams'],
  'headers-too-large': [431, 'The headers are too large'],
  internal: [500, 'A fault of Orrery'],
  busy: [503, 'Too many at the same time'],
  'bundle-unavailable': [503, 'There is no agent to give away'],
  'store-unavailable': [503, 'The database is away'],
  'bus-unavailable': [503, 'NATS is away'],
};

export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(CATALOGUE, code);
export const statusOf = (code: ProblemCode) => CATALOGUE[code][0];
/** Codes of one status in words, for the OpenAPI document. */
export const titlesOf = (codes: readonly ProblemCode[]) =>
  codes.map((code) => `\`${code}\`: ${CATALOGUE[code][1]}`).join('; ');
