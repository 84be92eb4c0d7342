// What ESLint refuses, so that every code has one text.
/**
 * Ensures one text for each code: `explain` takes every `fix`, with its code and cause, from the catalogue
 * (libs/shared/src/contracts/catalogue). Literals, constants and parameters that would bring in another fix are not
 * allowed.
 */
const message = 'A fix is written once, in libs/shared/src/contracts/catalogue: use `explain`.';
const words = ':matches(Literal[value!=""][raw=/^[\\x22\\x27]/], TemplateLiteral)';
export const inlineFixes = [
  `Property[key.name="fix"] > ${words}`,
  `Property[key.name="fix"] > :matches(ConditionalExpression, LogicalExpression, BinaryExpression, ArrowFunctionExpression) > ${words}`,
  `:matches(VariableDeclarator[id.name=/(^fix|Fix|(^|_)FIX(ES)?)$/], AssignmentPattern[left.name=/(^fix|Fix|(^|_)FIX(ES)?)$/], PropertyDefinition[key.name=/(^fix|Fix|(^|_)FIX(ES)?)$/]) > ${words}`,
  `VariableDeclarator[id.name=/(^fix|Fix|(^|_)FIX(ES)?)$/] > ObjectExpression > Property > ${words}`,
  ':function > Identifier.params[name=/(^fix|Fix|(^|_)FIX(ES)?)$/]',
  'TSParameterProperty > Identifier[name=/(^fix|Fix|(^|_)FIX(ES)?)$/]',
  'NewExpression[callee.name=/^(App|Step|Controller)Error$/] > ObjectExpression > Property[key.name="code"] > Literal',
].map((selector) => ({ selector, message }));
