import { parseArgs } from 'node:util';
import { AppError, describeError } from '@orrery/shared/runtime';
import type { Step } from './story/step.js';

export interface Chosen {
  steps: readonly Step[];
  json: boolean;
  help: boolean;
}

/** Parses what follows `docker compose run --rm demo`. Throws a usage error. */
export function readArguments(words: string[], story: readonly Step[]): Chosen {
  const { values } = parsed(words);
  if (!['text', 'json'].includes(values.output)) throw wrong(`-o must be text or json, not ${values.output}`);
  const names = values.only?.split(',') ?? [];
  const unknown = [...names, ...(values.from ? [values.from] : [])].find(
    (name) => !story.some((step) => step.name === name),
  );
  if (unknown !== undefined)
    throw wrong(`unknown step ${unknown}; the steps are ${story.map(({ name }) => name).join(', ')}`);
  const first = values.from ? story.findIndex(({ name }) => name === values.from) : 0;
  const steps = story.slice(first).filter(({ name }) => names.length === 0 || names.includes(name));
  return { steps, json: values.output === 'json', help: values.help };
}

export const HELP = `docker compose run --rm demo [options]

  -o json          print one JSON object per step, one a line
  --from STEP      start at this step; the steps before it must have run
  --only STEP,…    run only these steps
  --help           show this help and the steps
`;

function parsed(words: string[]) {
  try {
    return parseArgs({
      args: words,
      options: {
        output: { type: 'string', short: 'o', default: 'text' },
        from: { type: 'string' },
        only: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw wrong(describeError(error));
  }
}

const wrong = (cause: string): AppError =>
  new AppError({ code: 'usage', kind: 'user', cause, fix: 'Run `docker compose run --rm demo --help`.' });
