import { LineCounter, isMap, isNode, isPair, isScalar, parseDocument, type Document } from 'yaml';
import { Policy } from '../pure/policy/policy.js';

export interface PolicyDocument {
  policy: Policy;
  /** The line of each written rule: `networks.deny` → 7. */
  lines: ReadonlyMap<string, number>;
}

/** Reads the text of a policy file; throws an Error whose message says what is wrong, and on which line if that is known. */
export function readPolicyDocument(text: string): PolicyDocument {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, stringKeys: true, prettyErrors: true });
  const [wrong] = [...document.errors, ...document.warnings];
  if (wrong) throw new Error((wrong.message.split('\n')[0] ?? wrong.code).replace(/:$/, ''));
  // A file that is being written is empty for a moment, which must not be taken for "no rules".
  if (!isMap(document.contents)) throw new Error('it contains no rule');
  const lines = linesOf(document, counter);
  const parsed = Policy.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return { policy: parsed.data, lines };
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('.') ?? '';
  const line = lines.get(path) ?? lines.get(path.replace(/\.\d+$/, ''));
  throw new Error([line && `line ${line}`, path, issue?.message].filter(Boolean).join(': '));
}

/** Rules are at most two levels deep. */
function linesOf({ contents }: Document, counter: LineCounter): Map<string, number> {
  const lines = new Map<string, number>();
  const walk = (node: unknown, prefix: string): void => {
    if (!isMap(node)) return;
    for (const pair of node.items) {
      if (!isPair(pair) || !isScalar(pair.key)) continue;
      const path = `${prefix}${String(pair.key.value)}`;
      if (pair.key.range) lines.set(path, counter.linePos(pair.key.range[0]).line);
      if (isNode(pair.value) && prefix === '') walk(pair.value, `${path}.`);
    }
  };
  walk(contents, '');
  return lines;
}
