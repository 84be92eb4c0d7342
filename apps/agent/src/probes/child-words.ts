import { z } from 'zod';

/** The request to the child, on its standard input. It has only IP addresses, because the child resolves no names. */
export interface ChildAsk {
  kind: 'tcp' | 'http';
  address: string;
  /** The interface that packets leave by, or not at all; null: any. */
  device: string | null;
  port: number;
  /** Only for `http`. */
  url?: string;
  maxBytes: number;
}

/** The output of the child, one JSON value a line. Nothing else of a server's answer leaves the child. */
export const ChildWord = z.discriminatedUnion('word', [
  z.object({ word: z.literal('connected'), ms: z.number() }),
  z.object({
    word: z.literal('answered'),
    ms: z.number(),
    status: z.int(),
    location: z.string().max(4096).nullable(),
  }),
  z.object({ word: z.literal('ended'), bytes: z.int(), isWhole: z.boolean() }),
  z.object({ word: z.literal('failed'), code: z.string(), message: z.string() }),
]);
export type ChildWord = z.infer<typeof ChildWord>;

export function readChildWord(line: string): ChildWord | undefined {
  try {
    return ChildWord.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
