import type { Shape } from '../../api/client.js';
import { capital, countWord } from '../../parts/words.js';

type Token = Shape<'ApiToken'>;

/** The title of the tokens: how many there are, and how many of them can do everything. Pure. */
export function tokensSentence(tokens: readonly Token[]): string {
  if (tokens.length === 0) return 'No tokens yet';
  const whole = tokens.filter(({ role, scope }) => role === 'admin' && scope === null).length;
  const figures = tokens.length > 9;
  const all = tokens.length === 1 ? 'One token opens' : `${capital(countWord(tokens.length, figures))} tokens open`;
  const rest = whole === 0 ? 'none' : tokens.length === 1 ? 'it' : countWord(whole, figures);
  return `${all} this Orrery; ${rest} can change everything`;
}

/** What a token can see and change. `names`: of networks, by ID. */
export function scopeWord(scope: Token['scope'], names: ReadonlyMap<string, string>): string {
  if (!scope) return 'everything';
  const networks = scope.networks?.map((network) => names.get(network) ?? network).join(', ');
  return [scope.hosts && `hosts ${scope.hosts}`, networks && `networks ${networks}`].filter(Boolean).join('; ');
}
