import { applyDecorators, SerializeOptions, SetMetadata, UseInterceptors } from '@nestjs/common';
import { ApiExtension, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { DryRun, type ProblemCode } from '@orrery/shared/contracts';
import { z } from 'zod';
import { OPERATION_TEXTS, type OperationId } from '../openapi/operation-texts.js';
import { ChangeInterceptor } from '../changes/change.interceptor.js';
import { CHANGE, type ChangeRules } from '../changes/change-rules.js';
import { statusOf, titlesOf } from './problem-catalogue.js';
import { RouteConfig } from './route-config.js';

interface About {
  /** The operationId: unique, camelCase. operation-texts.ts describes what it does. */
  id: OperationId;
  /** One of `TAGS` in operation-texts.ts. */
  tag: string;
  summary: string;
  /**
   * Its successful answers by status. An answer is parsed with its schema, so a field that is not named here never
   * leaves.
   */
  answers: Partial<Record<200 | 201 | 202, z.ZodType>>;
  /** Its own problems; problems that many routes can have are added (openapi/general-problems.ts). */
  problems?: ProblemCode[];
  /** It accepts a body, so 413 and 415 are possible. */
  body?: boolean;
  /** Its 200 has an ETag. */
  etag?: boolean;
  /** Headers of its successful answers that no other operation has, with their descriptions. */
  headers?: Record<string, string>;
}

/** It changes something: it supports `Idempotency-Key` and `?dryRun=true`, and `If-Match` if there is a version. */
type Change = { changes: true } & ({ ifMatch: true; noVersion?: never } | { noVersion: string; ifMatch?: never });
/** It only reads, or has a protocol of its own. */
interface NoChange {
  changes?: never;
  ifMatch?: never;
  noVersion?: never;
  /** Why it has neither dry run nor Idempotency-Key, although it changes something. */
  ownProtocol?: string;
}

export type OperationOptions = About & (Change | NoChange);

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  required: false,
  description:
    'Any text of up to 128 printable ASCII characters, remembered for a day. The same request with the same key again gets the same answer, with `Idempotency-Replayed: true`, and nothing is done twice.',
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
const LOCATION_OF_NEW = { Location: { description: 'Where it can be read', schema: { type: 'string' as const } } };
const REPLAYED = {
  'Idempotency-Replayed': {
    description: 'Only if the answer is repeated for its Idempotency-Key',
    schema: { type: 'string' as const, enum: ['true'] },
  },
};
const DESCRIPTIONS = { 200: 'Done', 201: 'Created', 202: 'Accepted: the command is on its way' };

/** Everything that the OpenAPI document and the door know about a route, in one place. */
export function Operation(options: OperationOptions) {
  const { id, tag, summary, changes, ifMatch } = options;
  const answers = changes ? withDryRun(options.answers) : options.answers;
  const rules = changeRules(options);
  const schemas = Object.values(answers);
  const [first] = schemas;
  return applyDecorators(
    ApiOperation({ operationId: id, summary, description: OPERATION_TEXTS[id] }),
    ApiTags(tag),
    ...Object.entries(answers).map(([status, standardSchema]) =>
      describeAnswer(Number(status), standardSchema, options),
    ),
    ...describeProblems(options),
    ...describeReads(options),
    ...(rules ? [SetMetadata(CHANGE, rules), UseInterceptors(ChangeInterceptor)] : []),
    ...(rules && 'ownProtocol' in rules ? [ApiExtension('x-orrery-own-protocol', rules.ownProtocol)] : []),
    ...(changes ? [ApiHeader(IDEMPOTENCY_KEY)] : []),
    ...(ifMatch ? [ApiHeader(IF_MATCH)] : []),
    ...(first
      ? [SerializeOptions({ schema: schemas.length > 1 ? z.union(schemas as [z.ZodType, z.ZodType]) : first })]
      : []),
  );
}

function changeRules(options: OperationOptions): ChangeRules | undefined {
  if (!options.changes) return options.ownProtocol === undefined ? undefined : { ownProtocol: options.ownProtocol };
  return options.ifMatch ? { ifMatch: true } : { noVersion: options.noVersion };
}

const withDryRun = ({ 200: ok, ...rest }: OperationOptions['answers']) => ({
  ...rest,
  200: ok ? z.union([DryRun, ok]) : DryRun,
});

function describeAnswer(status: number, standardSchema: z.ZodType, options: OperationOptions) {
  const headers = {
    ...(status === 202 ? LOCATION : {}),
    ...(status === 201 ? LOCATION_OF_NEW : {}),
    ...(status === 200 && options.etag ? ETAG : {}),
    ...(isReadOfOne(options) ? ETAG_OF_READ : {}),
    ...(options.changes ? REPLAYED : {}),
    ...Object.fromEntries(
      Object.entries(options.headers ?? {}).map(([name, description]) => [name, text(description)]),
    ),
  };
  return ApiResponse({
    status,
    standardSchema,
    description: DESCRIPTIONS[status as keyof typeof DESCRIPTIONS],
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
  });
}

const text = (description: string) => ({ description, schema: { type: 'string' as const } });

function describeProblems({ id, problems = [], changes, ifMatch }: OperationOptions) {
  const codes = new Set(problems);
  // A body is parsed even if none is expected.
  if (!/^(get|find|list|stream)[A-Z]/.test(id)) codes.add('body-too-large').add('unsupported-media-type');
  if (changes) codes.add('idempotency-mismatch').add('busy');
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

interface Route {
  id: string;
  answers: Partial<Record<200 | 201 | 202, z.ZodType>>;
}

const IF_NONE_MATCH = {
  name: 'If-None-Match',
  required: false,
  description: 'The ETag of what you have: 304 without a body if it is still the same.',
  schema: { type: 'string', example: '"7.kD3vLm0_Qa81xYzT"' },
};

/** The header of a read of one thing, for the document. */
export const ETAG_OF_READ = {
  ETag: {
    description: 'For If-None-Match, and for If-Match where that is understood',
    schema: { type: 'string' as const },
  },
};

const isPage = (schema: z.ZodType | undefined) =>
  schema instanceof z.ZodObject && 'items' in schema.shape && 'next' in schema.shape;

/** The names of operations that read one thing start with `get` or `find`, and their answer is JSON. */
export const isReadOfOne = ({ id, answers }: Route) => /^(get|find)[A-Z]/.test(id) && answers[200] !== undefined;

/** Describes the features of pages and reads of one thing. Hooks act on the configuration of the route. */
export function describeReads(route: Route): (MethodDecorator & ClassDecorator)[] | MethodDecorator[] {
  const isOne = isReadOfOne(route);
  const config = RouteConfig({ isPage: isPage(route.answers[200]), isOne });
  if (!isOne) return [config];
  return [config, ApiHeader(IF_NONE_MATCH), ApiResponse({ status: 304, description: 'Still the same' })];
}
