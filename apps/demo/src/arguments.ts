import { parseArgs } from 'node:util';
import { AppError, describeError } from '@orrery/shared/runtime';
import type { Step } from './story/step.js';

export interface Chosen {
  steps: readonly Step[];
  json: boolean;
  help: boolean;
}

/** What was written behind `docker compose run --rm demo`. Throws for what nobody can mean. */
export function readArguments(words: string[], story: readonly Step[]): Chosen {
  const { values } = parsed(words);
  if (!['text', 'json'].includes(values.output)) throw wrong(`-o is text or json, not ${values.output}`);
  const names = values.only?.split(',') ?? [];
  const unknown = [...names, ...(values.from ? [values.from] : [])].find(
    (name) => !story.some((step) => step.name === name),
  );
  if (unknown !== undefined)
    throw wrong(`there is no step ${unknown}; there are ${story.map(({ name }) => name).join(', ')}`);
  const first = values.from ? story.findIndex(({ name }) => name === values.from) : 0;
  const steps = story.slice(first).filter(({ name }) => names.length === 0 || names.includes(name));
  return { steps, json: values.output === 'json', help: values.help };
}

export const HELP = `docker compose run --rm demo [options]

  -o json          a JSON object for each step, one a line
  --from STEP      begins there: what is before it has to have run
  --only STEP,…    these steps alone
  --help           this, and the steps
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
  new AppError({ code: 'usage', kind: 'user', cause, fix: 'docker compose run --rm demo --help' });
