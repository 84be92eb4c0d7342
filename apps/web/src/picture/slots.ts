import { compareText, hash } from './hash.js';

/** For each host its slot of `count`, by its name alone; those that find theirs taken walk on in steps of their own. */
export function takeSlots(
  hosts: readonly { readonly id: string; readonly name: string }[],
  count: number,
): { slots: Map<string, number>; steps: number } {
  const slots = new Map<string, number>();
  const taken = new Uint8Array(count);
  const inOrder = hosts
    .map((host) => ({ host, h: hash(host.name) }))
    .sort((a, b) => a.h - b.h || compareText(a.host.name, b.host.name) || compareText(a.host.id, b.host.id));
  let steps = 0;
  for (const { host, h } of inOrder) {
    const step = stepFor(h, count);
    let slot = h % count;
    for (steps++; taken[slot] === 1; steps++) slot = (slot + step) % count;
    taken[slot] = 1;
    slots.set(host.id, slot);
  }
  return { slots, steps };
}

/** Coprime to the count, so that it comes past every slot. */
function stepFor(h: number, count: number): number {
  if (count < 2) return 1;
  let step = 1 + (Math.floor(h / 512) % (count - 1));
  while (divisor(step, count) > 1) step += 1;
  return step;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
