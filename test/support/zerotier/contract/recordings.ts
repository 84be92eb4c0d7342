import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer, Ask } from '../local-api.js';

/** One request to a real zerotier-one 1.14.1 and its answer. */
export interface Recording {
  readonly name: string;
  readonly note: string;
  readonly request: {
    readonly method: Ask['method'];
    readonly path: string;
    readonly auth: 'correct' | 'wrong' | 'absent';
    readonly body: object | string | null;
  };
  readonly response: Answer;
}

interface Seen {
  readonly online: boolean;
  readonly networks: readonly {
    readonly id: string;
    readonly status: string;
    readonly name: string;
    readonly assignedAddresses: readonly string[];
    readonly netconfRevision: number;
    readonly allowManaged: boolean;
  }[];
}

/** A moment in a recorded life: an action on it, or a change seen in it. */
export interface Moment {
  readonly ms: number;
  readonly did?: string;
  readonly sees?: Seen | { readonly api: string };
}

const FOLDER = join(import.meta.dirname, '../recordings');
const read = (name: string): unknown => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));

export const recordings = read('recordings.json') as readonly Recording[];
export const traces = read('traces.json') as Readonly<Record<string, readonly Moment[]>>;
