import { meaningOf, ProblemCode } from '@orrery/shared/contracts';
import { CATALOGUE } from '../http/problem-catalogue.js';

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const text = (plain: string) => plain.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);

const section = (code: ProblemCode) => {
  const [status, title] = CATALOGUE[code];
  const { means = '', fix = '', see } = meaningOf(code) ?? {};
  const way = see ? `\n<p><strong>API:</strong> <code>${text(`${see.method} ${see.path}`)}</code></p>` : '';
  return `<h2 id="${code}"><code>${code}</code></h2>
<p>${status} · ${text(title)}</p>
<p>${text(means)}</p>
<p><strong>Fix:</strong> ${text(fix)}</p>${way}`;
};

/** The target of the `type` of every problem. */
export const errorsPage = () => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Orrery: errors</title></head>
<body>
<h1>Errors of the HTTP API</h1>
${ProblemCode.options.map(section).join('\n')}
</body>
</html>
`;
