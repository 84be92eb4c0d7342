import type { Shape } from '../api/client.js';
import { listed } from '../parts/words.js';

type Planned = Shape<'DryRun'>['changes'][number];

export interface PlanLine {
  /** What somebody should think about stands out. */
  is: 'asked' | 'waiting';
  text: string;
}

const SAID_ABOVE = new Set(['notTaken', 'joinedAgain', 'warnings']);
const VERB = { create: 'is created', change: 'changes', delete: 'is removed' } as const;

/** What a dry run says, in words: first what somebody should think about, then what is decided, then each host. Pure. */
export function planLines({ changes, hosts }: Shape<'DryRun'>): PlanLine[] {
  return [
    ...changes.flatMap(warningsIn),
    ...changes.flatMap(changeLines),
    ...hosts.flatMap(({ host, steps }) => hostLines(host.name, steps)),
  ];
}

/** A route says in fields of its own who will not take it, and who joins again for it. */
function warningsIn({ fields }: Planned): PlanLine[] {
  return fields.flatMap(({ field, becomes }): PlanLine[] => {
    const texts = Array.isArray(becomes) ? becomes.filter((one): one is string => typeof one === 'string') : [];
    if (field === 'notTaken') return texts.map((text) => ({ is: 'waiting', text: `not taken by ${text}` }));
    if (field === 'warnings') return texts.map((text) => ({ is: 'waiting', text }));
    if (field !== 'joinedAgain' || texts.length === 0) return [];
    const text = `${listed(texts)} ${texts.length > 1 ? 'join' : 'joins'} the network again: connections there break once`;
    return [{ is: 'waiting', text }];
  });
}

function changeLines({ noun, name, action, fields }: Planned): PlanLine[] {
  const thing = `the ${noun.replace('-', ' ')} ${name}`;
  if (action !== 'change') return [{ is: 'asked', text: `${thing} ${VERB[action]}` }];
  const texts = fields
    .filter(({ field, is, becomes }) => !SAID_ABOVE.has(field) && valueText(is) !== valueText(becomes))
    .map(({ field, is, becomes }) => `${field} ${valueText(is)} → ${valueText(becomes)}`);
  return texts.length === 0 ? [] : [{ is: 'asked', text: `${thing} ${VERB[action]}: ${texts.join(', ')}` }];
}

function hostLines(host: string, steps: Shape<'PlannedStep'>[] | null): PlanLine[] {
  if (steps === null) return [{ is: 'waiting', text: `${host} cannot be reached: it plans its part when it is back` }];
  if (steps.length === 0) return [{ is: 'asked', text: `${host} has nothing to do` }];
  return steps.map(({ detail }) => ({ is: 'asked', text: `${host}: ${detail}` }));
}

const valueText = (value: unknown): string =>
  value === null || value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
