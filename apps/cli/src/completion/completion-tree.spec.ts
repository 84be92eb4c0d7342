import { describe, expect, it } from '@jest/globals';
import type { Context } from '../program/context.js';
import { createProgram } from '../program/program.js';
import { completionTree } from './completion-tree.js';

const tree = completionTree(await createProgram({} as Context));
const at = (path: string) => tree.find((node) => node.path === path);

describe('the completion tree', () => {
  it('knows every command, and nothing internal', () => {
    expect(at('')?.commands.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['launch', 'host', 'hosts', 'events']),
    );
    expect(tree.some(({ path }) => path.includes('__'))).toBe(false);
  });

  it('takes the next word for the value of --host, and not for that of --wait', () => {
    const flags = at('launch')?.flags ?? [];
    const takes = (name: string) => flags.find((flag) => flag.flags.includes(name))?.takesValue;
    expect([takes('--host'), takes('--wait'), takes('--yes')]).toEqual([true, false, false]);
  });

  it('knows what each argument refers to', () => {
    expect(at('join')?.args.map(({ kind }) => kind)).toEqual(['nodes', 'networks']);
    expect(at('completion')?.args[0]?.words).toEqual(['bash', 'zsh', 'fish']);
  });
});
