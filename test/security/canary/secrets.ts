import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Canary {
  /** Where it comes from, to be said without saying it. */
  what: string;
  value: string;
}

/** Shorter than this a text is found everywhere by chance. */
const LEAST = 16;

/** Every secret that stands in a state folder: each line of a file, each long text of a JSON file, the body of a PEM key. */
export async function secretsBelow(folder: string, which: (file: string) => boolean): Promise<Canary[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(
    files
      .filter(which)
      .map(async (file) => textsOf(await readFile(file, 'latin1')).map((value) => ({ what: file, value }))),
  );
  return found.flat();
}

function textsOf(content: string): string[] {
  const isJson = content.startsWith('{');
  const texts = isJson ? secretFields(JSON.parse(content) as Record<string, unknown>) : content.split('\n');
  return texts.map((text) => text.trim()).filter((text) => text.length >= LEAST && !text.startsWith('-----'));
}

/** An identity file also holds what everybody may know. */
const secretFields = (file: Record<string, unknown>) =>
  Object.entries(file)
    .filter(([name]) => /secret|token|password|seed|jwt|private/i.test(name))
    .map(([, value]) => String(value));

/** Which canaries a text holds: as they are, in base64, in hex, or percent-encoded. */
export function leaks(text: string, canaries: readonly Canary[]): string[] {
  return canaries.filter(({ value }) => formsOf(value).some((form) => text.includes(form))).map(({ what }) => what);
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value, 'latin1');
  // Of base64 only the middle: where a text begins and ends in it depends on what is around.
  const middles = [0, 1, 2].map((shift) => bytes.subarray(shift).toString('base64').replace(/=+$/, '').slice(4, -4));
  return [
    value,
    bytes.toString('hex'),
    encodeURIComponent(value),
    ...middles.filter((middle) => middle.length >= LEAST),
  ];
}
