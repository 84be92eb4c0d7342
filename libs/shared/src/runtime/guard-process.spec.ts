import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

const module = new URL('../../dist/runtime/index.js', import.meta.url).href;
const run = (code: string) => {
  const script = `import { createLogger, guardProcess } from '${module}'; guardProcess(createLogger('guarded')); ${code}`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  return { status, stdout };
};

describe('a guarded process', () => {
  it('logs an unhandled rejection as an error and keeps running', () => {
    const ran = run(`Promise.reject(new Error('nobody handled me')); setTimeout(() => console.log('still here'), 50);`);
    expect(ran).toMatchObject({ status: 0, stdout: expect.stringContaining('still here') });
    expect(ran.stdout).toMatch(/bug\.unhandled-rejection.*nobody handled me/);
  });

  it('logs an uncaught exception and exits', () => {
    const ran = run(
      `setTimeout(() => { throw new Error('nobody caught me'); }, 10); setTimeout(() => console.log('still here'), 500);`,
    );
    expect(ran.status).toBe(70);
    expect(ran.stdout).toMatch(/bug\.uncaught-exception.*nobody caught me/);
    expect(ran.stdout).not.toContain('still here');
  });
});
