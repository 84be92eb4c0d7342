import { readFile } from 'node:fs/promises';
import { NetworkConfigChange } from '@orrery/shared/contracts';
import { usageError } from '../errors/usage-error.js';

const RulesFile = NetworkConfigChange.pick({ rules: true, tags: true, capabilities: true });

/** Reads flow rules, tags and capabilities from a JSON file, in the controller's own terms. Empty without a file. */
export async function rulesIn(file: string | undefined): Promise<Partial<NetworkConfigChange>> {
  if (file === undefined) return {};
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'no such file' : error.message;
    throw usageError(`cannot read the flow rules from ${file}: ${why}`);
  });
  const value = parsedJson(file, text);
  const parsed = RulesFile.safeParse(Array.isArray(value) ? { rules: value } : value);
  if (parsed.success) return parsed.data;
  throw usageError(
    `${file} does not contain valid flow rules`,
    'Write an array of rules such as [{"type": "ACTION_ACCEPT"}], or an object with rules, tags and capabilities.',
    undefined,
    parsed.error.issues.slice(0, 10).map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`),
  );
}

function parsedJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usageError(`${file} is not valid JSON: ${(error as Error).message}`);
  }
}
