import type { z } from 'zod';

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** What is counted of it, after the number. */
const UNITS: Record<string, string> = { string: ' characters', array: ' entries' };

/** What is wrong with a value, for people; undefined: zod's own words. What a schema says itself comes before this. */
export function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `has to be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'too_small':
      if (issue.minimum === 1 && issue.origin in UNITS) return 'may not be empty';
      return `has to be at least ${issue.minimum}${UNITS[issue.origin] ?? ''}${issue.inclusive === false ? ', and more' : ''}`;
    case 'too_big':
      return `may be at most ${issue.maximum}${UNITS[issue.origin] ?? ''}${issue.inclusive === false ? ', and less' : ''}`;
    case 'unrecognized_keys':
      return `has no field ${issue.keys.join(', ')}`;
    case 'invalid_value':
      return `has to be ${issue.values.map(String).join(' or ')}`;
    case 'invalid_union':
      return ofUnion(issue);
    default:
      return undefined;
  }
}

/** Every form that it may have says what is wrong with it. */
function ofUnion({ errors = [], discriminator }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  if (errors.length === 0) return `has no such ${discriminator ?? 'form'}`;
  return [...new Set(errors.flatMap(([first]) => first?.message ?? []))].join('; or ');
}
