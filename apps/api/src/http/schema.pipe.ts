import { Injectable, StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { z } from 'zod';

/** How many invalid fields one answer names; a hostile body could have thousands. */
const MOST = 20;

type Issue = { message: string; path?: readonly unknown[] };

/** Characters that Postgres cannot store as text. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

function holdsUnstorable(value: unknown): boolean {
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string' && UNSTORABLE.test(next)) return true;
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, entry] of Object.entries(next)) left.push(key, entry);
  }
  return false;
}

const pathOf = ({ path }: Issue) =>
  (path ?? [])
    .map((part) => (typeof part === 'object' && part !== null && 'key' in part ? String(part.key) : String(part)))
    .join('.');

class WrongForm extends Error {
  constructor(readonly issues: readonly Issue[]) {
    super('a parameter is not valid');
  }
}

/** A path parameter has a name, which the schema of its value does not know. */
const under = (name: string | undefined, issue: Issue): Issue =>
  name === undefined ? issue : { ...issue, path: [name, ...(issue.path ?? [])] };

/** Parses input with the schema of the parameter (`@Body({ schema })`), once, at the door. */
@Injectable()
export class SchemaPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => new WrongForm(issues) });
  }

  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    if (holdsUnstorable(value)) throw badRequest([{ message: 'text must not contain NUL or an unpaired surrogate' }]);
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      throw error instanceof WrongForm ? badRequest(error.issues.map((issue) => under(metadata.data, issue))) : error;
    }
  }

  protected override async validate<T>(value: unknown, schema: NonNullable<ArgumentMetadata['schema']>) {
    if (!(schema instanceof z.ZodType)) return super.validate<T>(value, schema);
    const parsed = await schema.safeParseAsync(value, { error: inWords });
    return parsed.success ? { value: parsed.data as T } : { issues: parsed.error.issues };
  }

  /**
   * Nothing is dropped silently: Fastify's parser refuses `__proto__`, and strict schemas name every other unknown
   * field.
   */
  protected override stripProtoKeys(): void {}
}

export function badRequest(issues: readonly Issue[]): AppError {
  const errors = issues
    .slice(0, MOST)
    .map((issue) => ({ path: pathOf(issue).slice(0, 200), message: issue.message.slice(0, 500) }));
  const [first] = errors;
  return new AppError({
    kind: 'user',
    ...explain('bad-request', {
      cause: first ? `${first.path ? `${first.path}: ` : ''}${first.message}` : 'the request is not valid',
    }),
    details: { errors },
  });
}

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** The unit of a length, after the number. */
const UNITS: Record<string, string> = { string: ' characters', array: ' entries' };
const unitOf = ({ origin }: { origin: string }) => UNITS[origin] ?? '';
const verbOf = ({ origin }: { origin: string }) => (origin in UNITS ? 'have' : 'be');

/**
 * Explains to people what is wrong with a value; undefined: use zod's own words. A message of the schema itself takes
 * precedence.
 */
export function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'too_small':
      if (issue.minimum === 1 && issue.origin in UNITS) return 'must not be empty';
      return `must ${verbOf(issue)} ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unitOf(issue)}`;
    case 'too_big':
      return `must ${verbOf(issue)} ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unitOf(issue)}`;
    case 'unrecognized_keys':
      return `unknown ${issue.keys.length === 1 ? 'field' : 'fields'} ${issue.keys.join(', ')}`;
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`;
    case 'invalid_union':
      return ofUnion(issue);
    default:
      return undefined;
  }
}

/** Combines the messages of all forms that the value may have. */
function ofUnion({ errors = [], discriminator }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  if (errors.length === 0) return discriminator ? `has an unknown ${discriminator}` : 'does not match any allowed form';
  return [...new Set(errors.flatMap(([first]) => first?.message ?? []))].join('; or ');
}
