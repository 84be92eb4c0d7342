import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Canary {
  /** Its source, named so that the secret need not be. */
  what: string;
  value: string;
}

/** A shorter text would be found everywhere by chance. */
const LEAST = 16;

/** Every secret in a state folder: each line of a file, each long text of a JSON file, the body of a PEM key. */
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

/** An identity file also holds public data. */
const secretFields = (file: Record<string, unknown>) =>
  Object.entries(file)
    .filter(([name]) => /secret|token|password|seed|jwt|private/i.test(name))
    .map(([, value]) => String(value));

/** The canaries in a text: verbatim, in base64, in hex, or percent-encoded. */
export function leaks(text: string, canaries: readonly Canary[]): string[] {
  return canaries.filter(({ value }) => formsOf(value).some((form) => text.includes(form))).map(({ what }) => what);
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value, 'latin1');
  // Only the middle of base64, because its start and end depend on the surrounding text.
  const middles = [0, 1, 2].map((shift) => bytes.subarray(shift).toString('base64').replace(/=+$/, '').slice(4, -4));
  return [
    value,
    bytes.toString('hex'),
    encodeURIComponent(value),
    ...middles.filter((middle) => middle.length >= LEAST),
  ];
}
