import { readFileSync } from 'node:fs';
import ts from 'typescript';

/**
 * Removes from a module of the contracts what only the OpenAPI document needs. Each `.describe()` and `.meta()` clones
 * a schema at every start, hundreds in all, and neither CLI nor agent uses them. It saves `orrery hosts` 27 of 151 ms
 * (scripts/programs.mjs).
 */
export function bareSchemas(path) {
  const text = readFileSync(path, 'utf8');
  const cuts = [];
  const visit = (node) => {
    if (isSaying(node)) cuts.push([node.expression.expression.end, node.end]);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  return cuts.sort(([a], [b]) => b - a).reduce((left, [from, to]) => left.slice(0, from) + left.slice(to), text);
}

const isSaying = (node) =>
  ts.isCallExpression(node) &&
  ts.isPropertyAccessExpression(node.expression) &&
  ['describe', 'meta'].includes(node.expression.name.text) &&
  node.arguments.length === 1;
