/** Maximum characters of one field (its JSON if it is not text), and of all fields together: a log line is for people. */
const MOST_TEXT = 2000;
const MOST_ALL = 8000;

/** The fields of a log line, each cut to a readable length; `cut` names those that were omitted for lack of room. */
export function fitFields(fields: Record<string, unknown>): Record<string, unknown> {
  const fitted: Record<string, unknown> = {};
  const cut: string[] = [];
  let room = MOST_ALL;
  for (const [name, value] of Object.entries(fields)) {
    const [kept, length] = fitField(value);
    const needed = name.length + length;
    if (needed <= room) {
      fitted[name] = kept;
      room -= needed;
    } else if (cut.length < 10) cut.push(cutText(name, 50));
  }
  return cut.length > 0 ? { ...fitted, cut } : fitted;
}

function fitField(value: unknown): [kept: unknown, length: number] {
  if (typeof value === 'string') {
    const text = cutText(value);
    return [text, text.length];
  }
  if (typeof value !== 'object' || value === null) return [value, 20];
  // A value that cannot be converted to JSON is left to the logger, which can handle errors and cycles.
  const json = asJson(value) ?? '';
  return json.length <= MOST_TEXT ? [value, json.length] : [cutText(json), MOST_TEXT];
}

function asJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** The text, or its beginning if it is too long. */
export const cutText = (text: string, most = MOST_TEXT): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
