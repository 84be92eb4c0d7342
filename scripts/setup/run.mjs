import { spawn } from 'node:child_process';

/**
 * Runs a program to its end and keeps what it printed.
 * @param {string[]} command
 * @param {import('node:child_process').SpawnOptions & { show?: boolean }} [options] `show`: to the terminal, too
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run([program, ...args], { show = false, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        if (show) process.stderr.write(chunk);
      });
    }
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code: code ?? 128, output: signal ? `${output}\nkilled by ${signal}` : output }),
    );
  });
}

/** Like `run`, but throws unless the program succeeds; the error holds the last lines of the output. */
export async function mustRun(command, options) {
  const { code, output } = await run(command, options);
  if (code === 0) return output;
  const end = output.trimEnd().split('\n').slice(-25).join('\n');
  throw new Error(`\`${nameOf(command)}\` failed with exit code ${code}:\n${end}`);
}

/** Uses the npm that started us, so that PATH does not matter. */
export function npm(...args) {
  const self = process.env.npm_execpath;
  return self?.endsWith('.js') ? [process.execPath, self, ...args] : ['npm', ...args];
}

function nameOf(command) {
  const words = command[0] === process.execPath ? command.slice(1) : command;
  return words
    .map((word) =>
      word
        .split('/')
        .at(-1)
        .replace(/^npm-cli\.js$/, 'npm'),
    )
    .join(' ');
}
