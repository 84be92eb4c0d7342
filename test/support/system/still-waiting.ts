import { eventually } from '../eventually.js';

interface Ran {
  code: number | null;
  out: string;
}

/**
 * The CLI's output for a change that stays waiting. Its wait is short, because nothing comes of it; on a slow machine
 * the command is followed until `reason` is known, so that its duration does not matter.
 */
export async function stillWaiting<R extends Ran>(
  run: (...words: string[]) => Promise<R>,
  reason: string,
  ...words: string[]
): Promise<R> {
  let ran = await run(...words, '--wait=5s');
  const [command] = /cmd_[a-z0-9]+/.exec(ran.out) ?? [];
  const isTold = () => ran.code !== 3 || !command || ran.out.includes(reason);
  if (isTold()) return ran;
  const follow = async () => {
    ran = await run('command', 'wait', command ?? '', '--wait=1s');
    return isTold();
  };
  await eventually(follow, { within: 60_000, what: `${reason} being reported` });
  return ran;
}
