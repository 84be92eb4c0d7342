import type { ProblemCode } from '@orrery/shared/contracts';
import type { PolicyName } from '../auth/policy.decorator.js';
import { statusOf, titlesOf } from '../http/problem-catalogue.js';

type Response = { description: string; content?: Record<string, object> };
type Responses = Record<string, Response>;

/** Answers of the parser, the door and the filter, for any route. */
const TO_ANY: ProblemCode[] = [
  'bad-request',
  'request-timeout',
  'foreign-host-header',
  'headers-too-large',
  'internal',
];

/** A body is parsed even where none is expected, and another site's page can only read. */
const TO_WRITES: ProblemCode[] = ['body-too-large', 'unsupported-media-type', 'forbidden'];

const TO_TOKENS: ProblemCode[] = [
  'unauthenticated',
  'two-credentials',
  'forbidden',
  'too-many-requests',
  'store-unavailable',
];

const byPolicy = (policy: PolicyName): ProblemCode[] => {
  if (policy === 'public') return ['busy'];
  return policy === 'join' || policy === 'key' ? ['store-unavailable'] : TO_TOKENS;
};

/** Adds the answers that an operation can give besides its own problems. */
export function addGeneralProblems(responses: Responses, method: string, policy: PolicyName): void {
  const codes = new Set([...TO_ANY, ...(method === 'get' ? [] : TO_WRITES), ...byPolicy(policy)]);
  for (const code of codes) {
    const response = (responses[statusOf(code)] ??= { description: '' });
    if (!response.description.includes(`\`${code}\``))
      response.description = [response.description, titlesOf([code])].filter(Boolean).join('; ');
    response.content = {
      ...response.content,
      'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
    };
  }
}
