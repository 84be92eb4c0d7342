import type { Shape } from '../api/client.js';
import { listed, withNames } from '../parts/words.js';

type Planned = Shape<'DryRun'>['changes'][number];

export interface PlanLine {
  /** What somebody should think about stands out. */
  is: 'asked' | 'waiting' | 'failed';
  text: string;
}

const SAID_ABOVE = new Set(['notTaken', 'joinedAgain', 'warnings']);

/**
 * What a dry run says, in words: first what a host denies and what somebody should think about, then what is decided,
 * then each host. Pure. `names`: of networks, by ID.
 */
export function planLines({ changes, hosts }: Shape<'DryRun'>, names: ReadonlyMap<string, string>): PlanLine[] {
  const lines = [
    ...hosts.flatMap(({ host, steps }) => deniedLines(host.name, steps ?? [])),
    ...changes.flatMap(warningsIn),
    ...madeOrGone(changes, 'create', 'created'),
    ...changes.flatMap(changeLines),
    ...madeOrGone(changes, 'delete', 'removed'),
    ...hosts.flatMap(({ host, steps }) => hostLines(host.name, steps)),
  ];
  return lines.map(({ is, text }) => ({ is, text: withNames(text, names) }));
}

/** A route says in fields of its own who will not take it, and who joins again for it. */
function warningsIn({ fields }: Planned): PlanLine[] {
  return fields.flatMap(({ field, becomes }): PlanLine[] => {
    const texts = Array.isArray(becomes) ? becomes.filter((one): one is string => typeof one === 'string') : [];
    if (field === 'notTaken') return texts.map((text) => ({ is: 'waiting', text: `Not taken by ${text}` }));
    if (field === 'warnings') return texts.map((text) => ({ is: 'waiting', text }));
    if (field !== 'joinedAgain' || texts.length === 0) return [];
    const text = `${listed(texts)} ${texts.length > 1 ? 'join' : 'joins'} the network again: connections there break once`;
    return [{ is: 'waiting', text }];
  });
}

/** A router is a container, its membership and more, of one name: one line. */
function madeOrGone(changes: readonly Planned[], wanted: Planned['action'], done: string): PlanLine[] {
  const nouns = new Map<string, string[]>();
  for (const { noun, name, action } of changes) {
    if (action !== wanted) continue;
    const base = ['membership', 'router'].includes(noun) ? name.replace(/ in .*$/, '') : name;
    nouns.set(base, [...(nouns.get(base) ?? []), noun.replace('-', ' ')]);
  }
  return [...nouns].map(([name, of]) => ({
    is: 'asked',
    text: `The ${listed(of)} ${name} ${of.length > 1 ? 'are' : 'is'} ${done}`,
  }));
}

function changeLines({ noun, name, action, fields }: Planned): PlanLine[] {
  if (action !== 'change') return [];
  const texts = fields
    .filter(({ field, is, becomes }) => !SAID_ABOVE.has(field) && valueText(is) !== valueText(becomes))
    .map(({ field, is, becomes }) => `${field} ${valueText(is)} → ${valueText(becomes)}`);
  if (texts.length === 0) return [];
  return [{ is: 'asked', text: `The ${noun.replace('-', ' ')} ${name} changes: ${texts.join(', ')}` }];
}

function hostLines(host: string, steps: Shape<'PlannedStep'>[] | null): PlanLine[] {
  if (steps === null) return [{ is: 'waiting', text: `${host} cannot be reached: it plans its part when it is back` }];
  if (steps.length === 0) return [{ is: 'asked', text: `${host} has nothing to do` }];
  return steps.flatMap((step): PlanLine[] =>
    isDenied(step) ? [] : [{ is: 'asked', text: `${host}: ${step.detail}` }],
  );
}

const isDenied = ({ step }: Shape<'PlannedStep'>): boolean => step === 'policy-denied';

/** What depends on a denied thing is denied for the same cause, which is said once. */
function deniedLines(host: string, steps: Shape<'PlannedStep'>[]): PlanLine[] {
  const causes = [...new Set(steps.filter(isDenied).map(({ detail }) => detail))];
  return causes
    .filter((cause) => !causes.some((other) => other !== cause && cause.endsWith(`: ${other}`)))
    .map((cause) => ({ is: 'failed', text: `The policy of ${host} denies it: ${cause}` }));
}

const valueText = (value: unknown): string =>
  value === null || value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
