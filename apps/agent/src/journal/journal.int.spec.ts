import { open, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AgentEvent, AgentFact } from '@orrery/shared/contracts';
import { createLogger } from '@orrery/shared/runtime';
import { observed } from '../../../../test/support/agent/observed.js';
import { temporaryFolder } from '../../../../test/support/servers.js';
import { findingKey } from '../pure/memory.js';
import { Journal, type JournalOptions } from './journal.js';

const logger = createLogger('test', 'silent');
const fact = (cause: string): AgentFact => ({ type: 'host.engine-down', data: { cause } });
const causes = (events: readonly AgentEvent[]) => events.map(({ data }) => ('cause' in data ? data.cause : '-'));

describe('Journal', () => {
  let folder: string;
  const journals: Journal[] = [];
  const start = async (more: Partial<JournalOptions> = {}) => {
    const journal = new Journal({ folder, logger, capBytes: 1e9, ...more });
    await journal.open();
    journals.push(journal);
    return journal;
  };
  const write = (journal: Journal, ...list: string[]) => journal.commit(() => ({ facts: list.map(fact) }));
  const current = (journal: Journal) => journal.epochs.at(-1)?.ordinal ?? 0;

  beforeEach(async () => {
    folder = join(await temporaryFolder('journal'), 'journal');
  });
  afterEach(async () => {
    for (const journal of journals.splice(0)) await journal.close();
  });

  it('numbers the facts of an epoch from 1, without a gap', async () => {
    const journal = await start();
    await Promise.all([write(journal, 'a', 'b'), write(journal, 'c')]);
    const events = await journal.read(current(journal), 1);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(causes(events)).toEqual(['a', 'b', 'c']);
  });

  it('keeps facts and memory across a restart, and begins a new epoch', async () => {
    const first = await start();
    await first.commit(() => ({ facts: [fact('a')], memory: { before: observed() } }));
    await first.close();
    const second = await start();
    expect(second.epoch).not.toBe(first.epoch);
    expect([second.head, second.memory.before]).toEqual([0, observed()]);
    expect(second.epochs.map(({ head, cursor }) => [head, cursor])).toEqual([
      [1, 0],
      [0, 0],
    ]);
    expect(causes(await second.read(1, 1))).toEqual(['a']);
    expect(second.damage).toEqual([]);
  });

  it('writes nothing when the decision throws', async () => {
    const journal = await start();
    const wrong = () => {
      throw new Error('wrong');
    };
    await expect(journal.commit(wrong)).rejects.toThrow('wrong');
    await write(journal, 'a');
    expect(journal.head).toBe(1);
  });

  it('allows only one agent per folder', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'state-folder-in-use', kind: 'user' });
  });

  it('reads batches of at most 500 events and 256 KiB', async () => {
    const journal = await start();
    await write(journal, ...Array.from({ length: 600 }, (_, index) => String(index)));
    expect(await journal.read(1, 1)).toHaveLength(500);
    expect(await journal.read(1, 501)).toHaveLength(100);
    await write(journal, ...Array.from({ length: 10 }, () => 'x'.repeat(60_000)));
    const large = await journal.read(1, 601);
    expect(large.length).toBeGreaterThan(1);
    expect(JSON.stringify(large).length).toBeLessThan(256 * 1024);
  });

  it('cuts a fact when it is too large for any batch', async () => {
    const journal = await start();
    await write(journal, 'x'.repeat(1_000_000));
    const [event] = await journal.read(1, 1);
    expect(JSON.stringify(event).length).toBeLessThan(200 * 1024);
  });

  it('claims a key only once, even after a restart', async () => {
    const journal = await start();
    expect([await journal.claim('call!x', 1), await journal.claim('call!x', 1)]).toEqual([true, false]);
    await journal.close();
    expect(await (await start()).claim('call!x', 1)).toBe(false);
  });

  describe('retention', () => {
    const at = (hours: number) => () => new Date(Date.UTC(2026, 0, 1, hours));

    it('keeps unconfirmed events, whatever their age', async () => {
      const first = await start({ now: at(0) });
      await write(first, 'a', 'b');
      await first.close();
      const later = await start({ now: at(1000) });
      await later.prune();
      expect(causes(await later.read(1, 1))).toEqual(['a', 'b']);
    });

    it('keeps confirmed events for a day, then deletes them', async () => {
      const first = await start({ now: at(0) });
      await write(first, 'a', 'b');
      await first.confirm(1, 2);
      await first.prune();
      expect(await first.read(1, 1)).toHaveLength(2);
      await first.close();
      const later = await start({ now: at(25) });
      await later.prune();
      expect(await later.read(1, 1)).toEqual([]);
      expect(later.epochs.map(({ ordinal }) => ordinal)).toEqual([2]);
    });

    it('deletes the oldest confirmed events when they exceed the size limit', async () => {
      const journal = await start({ retention: { maxAgeMs: 1e9, maxBytes: 5_000 } });
      await write(journal, ...Array.from({ length: 10 }, () => 'x'.repeat(1_000)));
      await journal.confirm(1, 10);
      await journal.prune();
      const { first } = journal.epochs[0] ?? { first: 0 };
      expect(first).toBeGreaterThan(5);
      expect((await journal.read(1, first)).length).toBe(11 - first);
      await write(journal, 'next');
      expect((await journal.read(1, 11))[0]?.seq).toBe(11);
    });
  });

  it('is full when the unconfirmed events reach its cap, until they are confirmed', async () => {
    const journal = await start({ capBytes: 3_000 });
    await write(journal, 'x'.repeat(1_000));
    expect(journal.full).toBe(false);
    await write(journal, 'x'.repeat(3_000));
    expect(journal.full).toBe(true);
    await journal.confirm(1, 2);
    expect(journal.full).toBe(false);
  });

  describe('damage', () => {
    /** An epoch of 50 events, 10 of them confirmed, on a closed journal; the name of its log. */
    async function damaged(harm: (log: string) => Promise<void>) {
      const journal = await start();
      for (let number = 1; number <= 50; number++) await write(journal, `event ${number}`);
      await journal.confirm(1, 10);
      await write(journal, 'event 51');
      await journal.close();
      const logs = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
      await harm(join(folder, logs.at(-1) ?? 'no log'));
    }

    const flip = async (file: string, offset: number) => {
      const handle = await open(file, 'r+');
      const byte = Buffer.alloc(1);
      await handle.read(byte, 0, 1, offset);
      byte.writeUInt8((byte.readUInt8(0) ^ 0x55) & 0xff, 0);
      await handle.write(byte, 0, 1, offset);
      await handle.close();
    };

    it('notices that a tail was cut off, keeps the rest, and names what is gone', async () => {
      await damaged(async (log) => truncate(log, (await stat(log)).size - 700));
      const journal = await start();
      expect(journal.damage.join()).toMatch(/gone/);
      const kept = await journal.read(1, 11);
      expect(kept.length).toBeGreaterThan(20);
      await journal.confirm(1, 10 + kept.length);
      await journal.salvage(1, 10 + kept.length, 'gone');
      expect(await journal.read(2, 1)).toMatchObject([
        { type: 'history.gap', data: { fromSeq: 11 + kept.length, toSeq: 51, cause: 'gone' } },
      ]);
      await write(journal, 'goes on');
      await journal.close();
      expect((await start()).damage).toEqual([]);
    });

    it('returns only what was written, wherever a byte is flipped, and opens clean afterwards', async () => {
      for (let part = 0.02; part < 1; part += 0.08) {
        folder = join(await temporaryFolder('flipped'), 'journal');
        const first = await start();
        for (let number = 1; number <= 20; number++) await write(first, `event ${number}`);
        await first.close();
        const log = join(folder, (await readdir(folder)).find((name) => name.endsWith('.log')) ?? '');
        await flip(log, Math.floor((await stat(log)).size * part));
        const second = await start();
        for (const { ordinal } of second.epochs.slice(0, -1))
          for (const event of await second.read(ordinal, 1)) expect(causes([event])).toEqual([`event ${event.seq}`]);
        expect(second.damage).not.toEqual([]);
        await write(second, 'goes on');
        await second.close();
        await (await start()).close();
      }
    }, 60_000);

    it('moves a journal aside when it is beyond repair, and reports what it knows of the loss', async () => {
      await damaged(async () => {
        for (const name of await readdir(folder)) await writeFile(join(folder, name), 'nonsense');
      });
      const journal = await start();
      expect(journal.damage.length).toBeGreaterThan(0);
      const gap = (await journal.read(current(journal), 1)).find(({ type }) => type === 'history.gap');
      expect(gap).toMatchObject({ data: { fromSeq: 11, toSeq: 51 } });
      await write(journal, 'goes on');
    });

    it('moves events from behind a hole into the current epoch, with the gap before them', async () => {
      const first = await start();
      await write(first, 'a', 'b', 'c', 'd');
      await first.close();
      const second = await start();
      await second.commit(() => ({
        facts: [],
        memory: {
          ledger: { itm_aaaaaaaaaaaaaaaaaaaa: { revision: 1, outcome: { kind: 'done' }, stages: ['joined'] } },
        },
      }));
      await second.confirm(1, 1);
      await second.replaceByGap(1, 2, 'refused');
      await second.salvage(1, 1, 'closed');
      const events = await second.read(2, 1);
      expect(events.map(({ type }) => type)).toEqual(['history.gap', 'host.engine-down', 'host.engine-down']);
      expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(second.memory.ledger).toMatchObject({ itm_aaaaaaaaaaaaaaaaaaaa: { outcome: null, stages: ['joined'] } });
      expect(second.epochs[0]).toMatchObject({ head: 1, cursor: 1 });
    });

    it('does not let a finding of an older epoch have the last word: if it was cleared since, the clearing follows it', async () => {
      const about = { node: null, network: null, item: null };
      const finding = (code: 'host-cloned' | 'clock-skew') => ({
        ...about,
        finding: { code, severity: 'error' as const, cause: 'c', fix: 'f' },
      });
      const raised = (code: 'host-cloned' | 'clock-skew'): AgentFact => ({
        type: 'finding.raised',
        data: finding(code),
      });
      const first = await start();
      await first.commit(() => ({ facts: [raised('host-cloned'), raised('clock-skew')] }));
      await first.close();
      const second = await start();
      const findings = { [findingKey(about, 'clock-skew')]: finding('clock-skew') };
      await second.commit(() => ({
        facts: [{ type: 'finding.cleared', data: { ...about, code: 'host-cloned' } }],
        memory: { findings },
      }));
      await second.salvage(1, 0, 'closed');
      const last = (await second.read(2, 1)).slice(-2);
      expect(last).toMatchObject([
        { type: 'finding.cleared', data: { code: 'host-cloned' } },
        { type: 'finding.raised', data: { finding: { code: 'clock-skew' } } },
      ]);
    });
  });
});
