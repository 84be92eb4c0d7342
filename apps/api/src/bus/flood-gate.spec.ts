import { describe, expect, it } from '@jest/globals';
import type { HostId } from '@orrery/shared/contracts';
import { FloodGate } from './flood-gate.js';

const A: HostId = 'hst_a';
const B: HostId = 'hst_b';
const LARGEST = 256 * 1024;

describe('the gate for messages of hosts', () => {
  it('lets through everything that a host has under way after the API stood still: its batch, a hello, and heartbeats', () => {
    const gate = new FloodGate(() => 0);
    const told: HostId[] = [];
    gate.onFlood((host) => told.push(host));
    const sizes = [LARGEST, 2 * LARGEST, LARGEST, ...Array.from({ length: 100 }, () => 200)];
    expect(sizes.every((bytes) => gate.takes(A, bytes))).toBe(true);
    expect(told).toEqual([]);
  });

  it.each([
    ['large messages', LARGEST, 200],
    ['small messages', 2, 20_000],
  ])('closes to a flood of %s, reports it once, and stays open to others', (_what, bytes, count) => {
    const gate = new FloodGate(() => 0);
    const told: HostId[] = [];
    gate.onFlood((host) => told.push(host));
    const taken = Array.from({ length: count }, () => gate.takes(A, bytes));
    expect([taken[0], taken.at(-1)]).toEqual([true, false]);
    expect(told).toEqual([A]);
    expect(gate.takes(B, bytes)).toBe(true);
  });
});
