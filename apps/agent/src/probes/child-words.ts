import { z } from 'zod';

/** What the child is asked, on its standard input. Only IP addresses: it resolves no names. */
export interface ChildAsk {
  kind: 'tcp' | 'http';
  address: string;
  /** The interface by which it leaves, or not at all; null: by any. */
  device: string | null;
  port: number;
  /** Of `http`. */
  url?: string;
  maxBytes: number;
}

/** What it prints, one JSON a line. Of what the server answers only this leaves it. */
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
