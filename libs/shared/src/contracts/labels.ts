import { z } from 'zod';

const LabelKey = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9./-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 characters of a-z, 0-9, ".", "/" and "-"');
const LabelValue = z
  .string()
  .regex(/^[A-Za-z0-9._-]{0,63}$/, 'must be at most 63 characters of A-Z, a-z, 0-9, ".", "_" and "-"');

export const Labels = z
  .record(LabelKey, LabelValue)
  .refine((labels) => Object.keys(labels).length <= 32, 'must have at most 32 labels')
  .meta({
    id: 'Labels',
    description:
      'Labels of a host, at most 32. A key is 1 to 63 of a-z, 0-9, `.`, `/` and `-`; a value is up to 63 of A-Z, a-z, 0-9, `.`, `_` and `-`.',
  });
export type Labels = z.infer<typeof Labels>;

export type SelectorTerm =
  { op: 'equals' | 'differs'; key: string; value: string } | { op: 'exists' | 'missing'; key: string };

/** `site=cloud,tier!=db,gpu,!spot`: every term must hold. A missing key differs from every value. */
export const Selector = z
  .string()
  .min(1)
  .max(1000)
  .transform((text, context): SelectorTerm[] =>
    text.split(',').map((part) => {
      const term = parseTerm(part.trim());
      if (!term)
        context.addIssue({
          code: 'custom',
          message: `"${part.trim()}" is not a selector term; write key=value, key!=value, key or !key`,
        });
      return term ?? { op: 'exists', key: '' };
    }),
  );
export type Selector = z.infer<typeof Selector>;

function parseTerm(text: string): SelectorTerm | undefined {
  const match = /^(!?)([a-z0-9][a-z0-9./-]*)(?:(!?=)([A-Za-z0-9._-]*))?$/.exec(text);
  if (!match) return undefined;
  const [, not, key, op, value] = match as unknown as [string, string, string, string | undefined, string | undefined];
  if (op === undefined) return { op: not ? 'missing' : 'exists', key };
  if (not) return undefined;
  return { op: op === '=' ? 'equals' : 'differs', key, value: value ?? '' };
}

/** True when the labels satisfy every term. */
export function matches(selector: Selector, labels: Labels): boolean {
  return selector.every((term) => {
    const value = Object.hasOwn(labels, term.key) ? labels[term.key] : undefined;
    switch (term.op) {
      case 'equals':
        return value === term.value;
      case 'differs':
        return value !== term.value;
      case 'exists':
        return value !== undefined;
      case 'missing':
        return value === undefined;
    }
  });
}
