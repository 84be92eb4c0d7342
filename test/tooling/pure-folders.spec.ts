import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const IMPURE = 'fetch(process.title); Date.now(); Math.random(); new Date();';
const PURE = 'new Date(0); Math.max(1, 2);';
const FOLDERS = ['apps/agent/src/pure/assess', 'libs/simulator/src/model', 'apps/agent/src/reconciler'] as const;
type Broken = Record<(typeof FOLDERS)[number], { impure: string[]; pure: string[] }>;

/**
 * The rules that code breaks in each folder; in a separate process, because ESLint loads its configuration by import.
 */
async function brokenRules(): Promise<Broken> {
  const script = `
    import { ESLint, Linter } from 'eslint';
    const names = ['no-restricted-globals', 'no-restricted-properties', 'no-restricted-syntax'];
    const [eslint, linter] = [new ESLint(), new Linter()];
    const broken = {};
    for (const folder of ${JSON.stringify(FOLDERS)}) {
      const { rules: all } = await eslint.calculateConfigForFile(folder + '/probe.ts');
      const rules = Object.fromEntries(names.map((name) => [name, all[name] ?? 'off']));
      const rulesOf = (code) => linter.verify(code, [{ rules }]).map(({ ruleId }) => ruleId).sort();
      broken[folder] = { impure: rulesOf(${JSON.stringify(IMPURE)}), pure: rulesOf(${JSON.stringify(PURE)}) };
    }
    console.log(JSON.stringify(broken));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: root });
  return JSON.parse(stdout) as Broken;
}

describe('a pure folder', () => {
  let broken: Broken;
  beforeAll(async () => {
    broken = await brokenRules();
  }, 60_000);

  it.each(FOLDERS.slice(0, 2))('has no I/O, no clock and no randomness: %s', (folder) => {
    const [globals, properties] = ['no-restricted-globals', 'no-restricted-properties'];
    expect(broken[folder].impure).toEqual([globals, globals, properties, properties, 'no-restricted-syntax']);
    expect(broken[folder].pure).toEqual([]);
  });

  it('is not every folder: the control', () => {
    expect(broken['apps/agent/src/reconciler']).toEqual({ impure: [], pure: [] });
  });
});
