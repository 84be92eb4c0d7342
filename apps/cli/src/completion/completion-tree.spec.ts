import { describe, expect, it } from '@jest/globals';
import type { Context } from '../program/context.js';
import { createProgram } from '../program/program.js';
import { completionTree } from './completion-tree.js';

const tree = completionTree(await createProgram({} as Context));
const at = (path: string) => tree.find((node) => node.path === path);

describe('the completion tree', () => {
  it('contains every command, and nothing internal', () => {
    expect(at('')?.commands.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['launch', 'host', 'hosts', 'events']),
    );
    expect(tree.some(({ path }) => path.includes('__'))).toBe(false);
  });

  it('reads the next word as the value of --host, but not of --wait', () => {
    const flags = at('launch')?.flags ?? [];
    const takes = (name: string) => flags.find((flag) => flag.flags.includes(name))?.takesValue;
    expect([takes('--host'), takes('--wait'), takes('--yes')]).toEqual([true, false, false]);
  });

  it('contains the kind of reference of each argument', () => {
    expect(at('join')?.args.map(({ kind }) => kind)).toEqual(['nodes', 'networks']);
    expect(at('completion')?.args[0]?.words).toEqual(['bash', 'zsh', 'fish']);
  });
});
