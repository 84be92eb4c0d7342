// Says which program holds a port that is in use, and what to do about it.
import { execFileSync } from 'node:child_process';
import { isPortFree } from '../servers/ports.mjs';
import { ask } from './ask.mjs';

/** @param {{ port: number, listen: string, url: string }} settings */
export async function assurePortIsFree({ port, listen, url }) {
  if (await isPortFree(port, listen)) return;
  const other = `ORRERY_PORT=${port === 65535 ? port - 1 : port + 1} npm start`;
  if (await isOrrery(url)) {
    throw new Error(
      `Another Orrery, with a different state folder, is running at ${url}.\n` +
        `Fix: use that one, stop it (npm stop with its ORRERY_HOME), or use another port for this one: ${other}`,
    );
  }
  throw new Error(
    `Port ${port} of ${listen} is in use${holder(port)}.\nFix: stop that program, or choose another port: ${other}`,
  );
}

async function isOrrery(url) {
  try {
    const answer = await ask(`${url}/v1/version`, { within: 1000, unchecked: true });
    return JSON.parse(answer.text).name === 'orrery';
  } catch {
    return false;
  }
}

function holder(port) {
  try {
    const out = execFileSync('ss', ['-Hltnp', `sport = :${port}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [, name, pid] = /\(\("([^"]+)",pid=(\d+)/.exec(out) ?? [];
    return pid ? ` by ${name} (pid ${pid})` : '';
  } catch {
    return '';
  }
}
