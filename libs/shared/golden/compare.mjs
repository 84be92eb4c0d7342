// Says what in a JSON schema is no addition to an older one: what an older sender or reader would trip over.

/** @typedef {Record<string, unknown>} Schema */

const COMPARED = [
  'anyOf',
  'oneOf',
  'allOf',
  'enum',
  'const',
  'properties',
  'required',
  'items',
  'additionalProperties',
];

/**
 * @param {Schema} before
 * @param {Schema} now
 * @param {string} path
 * @returns {string[]} one line for each change that is not additive; none when older and newer get on
 */
export function breakingChanges(before, now, path = '') {
  return [
    ...otherKeywords(before, now, path),
    ...values(before, now, path),
    ...alternatives(before, now, path),
    ...parts(before, now, path),
    ...properties(before, now, path),
    ...['items', 'additionalProperties'].flatMap((keyword) =>
      child(before[keyword], now[keyword], `${path}.${keyword}`),
    ),
  ];
}

/** Types, patterns, bounds: tighter refuses what was sent, looser sends what was refused. */
function otherKeywords(before, now, path) {
  const keywords = new Set(
    [...Object.keys(before), ...Object.keys(now)].filter((keyword) => !COMPARED.includes(keyword)),
  );
  // The type of a list of values follows from the values.
  if (valuesOf(before) && valuesOf(now)) keywords.delete('type');
  return [...keywords]
    .filter((keyword) => !same(before[keyword], now[keyword]))
    .map((keyword) => `${path}: ${keyword} was ${text(before[keyword])}, is ${text(now[keyword])}`);
}

const valuesOf = (schema) => schema.enum ?? ('const' in schema ? [schema.const] : undefined);

function values(before, now, path) {
  const [old, present] = [valuesOf(before), valuesOf(now)];
  if (!old && !present) return [];
  if (!old || !present) return [`${path}: was ${text(old ?? 'anything')}, is ${text(present ?? 'anything')}`];
  return old.filter((value) => !present.includes(value)).map((value) => `${path}: the value ${text(value)} is gone`);
}

/** Every old alternative needs a new one that gets on with it; more may be added. */
function alternatives(before, now, path) {
  const [old, present] = [before.anyOf ?? before.oneOf, now.anyOf ?? now.oneOf];
  if (!old && !present) return [];
  if (!old || !present) return [`${path}: ${old ? 'is no choice any more' : 'has become a choice'}`];
  return old.flatMap((one, index) => {
    const complaints = present.map((other) => breakingChanges(one, other, `${path}[${index}]`));
    return complaints.reduce(
      (least, some) => (some.length < least.length ? some : least),
      complaints[0] ?? [`${path} is gone`],
    );
  });
}

function parts(before, now, path) {
  const [old, present] = [before.allOf ?? [], now.allOf ?? []];
  if (old.length !== present.length) return [`${path}: consists of ${present.length} parts, not ${old.length}`];
  return old.flatMap((one, index) => breakingChanges(one, present[index], `${path}&${index}`));
}

function properties(before, now, path) {
  const [old, present] = [before.properties ?? {}, now.properties ?? {}];
  const needed = (schema, name) => (schema.required ?? []).includes(name);
  const gone = Object.keys(old).flatMap((name) => {
    const at = `${path}.${name}`;
    if (!(name in present)) return [`${at} is gone`];
    if (needed(before, name) !== needed(now, name))
      return [`${at} ${needed(now, name) ? 'is required now' : 'may be absent now'}`];
    return breakingChanges(old[name], present[name], at);
  });
  const added = Object.keys(present).filter((name) => !(name in old) && needed(now, name));
  return [...gone, ...added.map((name) => `${path}.${name} is new and required: older senders leave it out`)];
}

function child(before, now, path) {
  if (isSchema(before) && isSchema(now)) return breakingChanges(before, now, path);
  return same(before, now) ? [] : [`${path}: was ${text(before)}, is ${text(now)}`];
}

const isSchema = (value) => typeof value === 'object' && value !== null;
const text = (value) => JSON.stringify(value) ?? 'absent';
const same = (a, b) => text(a) === text(b);
