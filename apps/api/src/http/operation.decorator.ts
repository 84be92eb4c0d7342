import { applyDecorators, SerializeOptions } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { DryRun, type ProblemCode } from '@orrery/shared/contracts';
import { z } from 'zod';
import { OPERATION_TEXTS, type OperationId } from '../openapi/operation-texts.js';
import { statusOf, titlesOf } from './problem-catalogue.js';

export interface OperationOptions {
  /** The operationId: unique, camelCase; what it does is told in operation-texts.ts. */
  id: OperationId;
  /** One of openapi/tags.ts. */
  tag: string;
  summary: string;
  /** What it answers when all went well, by status. The answer is parsed with it: a field that is not named here never leaves. */
  answers: Partial<Record<200 | 201 | 202, z.ZodType>>;
  /** Its own problems; what many routes can answer is added (openapi/general-problems.ts). */
  problems?: ProblemCode[];
  /** 200 may also be the answer of a dry run. */
  alsoDryRun?: boolean;
  /** It takes a body: 413 and 415 are possible. */
  body?: boolean;
  /** It changes something: `Idempotency-Key` is understood. */
  changes?: boolean;
  ifMatch?: boolean;
  /** 200 carries an ETag. */
  etag?: boolean;
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  required: false,
  description:
    'Any text of up to 128 printable ASCII characters. The same request with the same key again gets the same answer, and nothing is done twice.',
  schema: { type: 'string', maxLength: 128, example: '5f0c6c1e-9d0b-4f53-8a68-2f1f6f0d7c11' },
};
const IF_MATCH = {
  name: 'If-Match',
  required: false,
  description: 'The `ETag` of what you saw. If somebody changed it since, the answer is 412 and nothing is changed.',
  schema: { type: 'string', example: '"3"' },
};
const ETAG = {
  ETag: { description: 'Version of what is answered, for `If-Match`', schema: { type: 'string' as const } },
};
const LOCATION = { Location: { description: 'Where the command can be watched', schema: { type: 'string' as const } } };
const DESCRIPTIONS = { 200: 'Done', 201: 'Made', 202: 'Accepted: the command is on its way' };

/** Everything that the OpenAPI document and the door know of a route, in one place. */
export function Operation(options: OperationOptions) {
  const { id, tag, summary, alsoDryRun, changes, ifMatch } = options;
  const answers = alsoDryRun ? withDryRun(options.answers) : options.answers;
  const schemas = Object.values(answers);
  const [first] = schemas;
  return applyDecorators(
    ApiOperation({ operationId: id, summary, description: OPERATION_TEXTS[id] }),
    ApiTags(tag),
    ...Object.entries(answers).map(([status, standardSchema]) =>
      describeAnswer(Number(status), standardSchema, options),
    ),
    ...describeProblems(options),
    ...(changes ? [ApiHeader(IDEMPOTENCY_KEY)] : []),
    ...(ifMatch ? [ApiHeader(IF_MATCH)] : []),
    ...(first
      ? [SerializeOptions({ schema: schemas.length > 1 ? z.union(schemas as [z.ZodType, z.ZodType]) : first })]
      : []),
  );
}

const withDryRun = ({ 200: ok, ...rest }: OperationOptions['answers']) => ({
  ...rest,
  200: ok ? z.union([DryRun, ok]) : DryRun,
});

function describeAnswer(status: number, standardSchema: z.ZodType, { etag }: OperationOptions) {
  const headers = { ...(status === 202 ? LOCATION : {}), ...(status === 200 && etag ? ETAG : {}) };
  return ApiResponse({
    status,
    standardSchema,
    description: DESCRIPTIONS[status as keyof typeof DESCRIPTIONS],
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
  });
}

function describeProblems({ problems = [], body, changes, ifMatch }: OperationOptions) {
  const codes = new Set(problems);
  if (body) codes.add('body-too-large').add('unsupported-media-type');
  if (changes) codes.add('idempotency-mismatch');
  if (ifMatch) codes.add('revision-conflict');
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) byStatus.set(statusOf(code), [...(byStatus.get(statusOf(code)) ?? []), code]);
  return [...byStatus].map(([status, ofStatus]) =>
    ApiResponse({
      status,
      description: titlesOf(ofStatus),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    }),
  );
}
