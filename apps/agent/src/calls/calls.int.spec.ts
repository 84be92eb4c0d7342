import { join } from 'node:path';
import { beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import { Incoming, newSigningKey, Signer, Verifier } from '@orrery/shared/bus';
import { subjects, type Call, type CallReply, type SignedMessage } from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import { temporaryFolder } from '../../../../test/support/servers.js';
import { Journal } from '../journal/journal.js';
import { ServerClock } from '../uplink/server-clock.js';
import { CallLedger } from './call-ledger.js';
import { CallChallenges } from './challenges.js';
import type { CallOperations } from './call-operations.js';
import { CallsService } from './calls.service.js';

const host = newId('hst');
const signer = new Signer(newSigningKey());
const logger = createLogger('test', 'silent');

describe('calls', () => {
  let folder: string;
  let journal: Journal;
  let ran: string[];
  let clock: ServerClock;
  let now: number;
  let steady: number;

  const start = async () => {
    journal = new Journal({ folder, logger, capBytes: 1e9 });
    await journal.open();
    const operations = {
      wayToController: () => undefined,
      run: async (op: Call['op']): Promise<CallReply> => {
        ran.push(op.op);
        return { result: 'ok', value: ran.length };
      },
    } satisfies Pick<CallOperations, 'run' | 'wayToController'>;
    const verifier = new Verifier([signer.publicKey]);
    const challenges = new CallChallenges(() => steady);
    return new CallsService({ host, verifier, clock, challenges, ledger: new CallLedger(journal), operations, logger });
  };
  const incoming = ({ subject, body, key, signature }: SignedMessage) =>
    new Incoming(subject, Buffer.from(body), undefined, key, signature);
  const signed = (more: Record<string, unknown> = {}, subject = subjects.call(host), by = signer) => {
    const expiresAt = new Date(now + 10_000).toISOString();
    return incoming(
      by.sign(subject, JSON.stringify({ callId: newId('cal'), expiresAt, op: { op: 'doctor' }, ...more })),
    );
  };

  beforeEach(async () => {
    folder = join(await temporaryFolder('calls'), 'journal');
    ran = [];
    now = Date.parse('2026-05-01T10:00:00.000Z');
    steady = 1_000_000;
    clock = new ServerClock(
      () => steady,
      () => now,
    );
    clock.learn(new Date(now).toISOString(), steady);
  });
  afterEach(() => journal.close());

  it('runs a call once, however often it is repeated', async () => {
    const calls = await start();
    const call = signed();
    const replies = await Promise.all(Array.from({ length: 1000 }, () => calls.answer(call)));
    expect(ran).toEqual(['doctor']);
    expect(new Set(replies.map((reply) => JSON.stringify(reply)))).toEqual(new Set(['{"result":"ok","value":1}']));
    expect(await calls.answer(signed())).toEqual({ result: 'ok', value: 2 });
  });

  it('reads from a controller as often as asked, and changes it once', async () => {
    const calls = await start();
    const network = '3a4f1af7fa000001';
    const about = (ask: object) => signed({ op: { op: 'controller', node: newId('nod'), ask } });
    const look = about({ do: 'get-network', network });
    const change = about({ do: 'delete-network', network });
    for (const call of [look, change, look, change, look]) await calls.answer(call);
    expect(ran).toEqual(['controller', 'controller', 'controller', 'controller']);
    expect(await calls.answer(change)).toEqual({ result: 'ok', value: 2 });
  });

  it('does not rerun a call after a restart if it may already have run', async () => {
    const call = signed();
    await (await start()).answer(call);
    await journal.close();
    const again = await start();
    await expect(again.answer(call)).resolves.toMatchObject({ result: 'problem', code: 'outcome-unknown' });
    expect(ran).toEqual(['doctor']);
    await expect(again.answer(signed())).resolves.toMatchObject({ result: 'ok' });
  });

  it('judges expiry by the clock of the API, however the clock of the host jumps', async () => {
    const calls = await start();
    const server = now;
    const until = (ms: number) => ({ expiresAt: new Date(server + ms).toISOString() });
    await expect(calls.answer(signed(until(-1)))).resolves.toMatchObject({ code: 'expired' });
    for (const jump of [3_600_000, -7_200_000]) {
      now += jump;
      steady += 1_000;
      clock.learn(new Date(server + steady - 1_000_000).toISOString(), steady);
      now += jump;
      await expect(calls.answer(signed(until(5_000)))).resolves.toMatchObject({ result: 'ok' });
      await expect(calls.answer(signed(until(500)))).resolves.toMatchObject({ code: 'expired' });
    }
    expect(ran).toEqual(['doctor', 'doctor']);
  });

  describe('that no clock can confirm as recent', () => {
    const challengeOf = (reply: CallReply) => (reply.result === 'problem' ? reply.challenge : undefined);
    const once = (expiresAt: string, callId = newId('cal')) => ({ callId, expiresAt });
    const PAST = '2020-01-01T00:00:00.000Z';

    it('run once after the API has signed them again with the challenge', async () => {
      const calls = await start();
      const call = once(PAST);
      const challenge = challengeOf(await calls.answer(signed(call)));
      expect(ran).toEqual([]);
      const again = signed({ ...call, challenge });
      await expect(calls.answer(again)).resolves.toEqual({ result: 'ok', value: 1 });
      await expect(calls.answer(again)).resolves.toEqual({ result: 'ok', value: 1 });
      expect(ran).toEqual(['doctor']);
    });

    it('stay expired with a challenge of another call, of another start, from long ago, or a forged one', async () => {
      const calls = await start();
      const call = once(PAST);
      const [own, other] = [await calls.answer(signed(call)), await calls.answer(signed(once(PAST)))].map(challengeOf);
      const [at, proof] = (own ?? '').split('.');
      const wrong = [
        challengeOf({ result: 'ok', value: 1 }),
        other,
        '',
        '.',
        `${at}.`,
        `${Number(at) + 1}.${proof}`,
        `x.${proof}`,
      ];
      for (const challenge of wrong)
        await expect(calls.answer(signed({ ...call, challenge }))).resolves.toMatchObject({ code: 'expired' });
      await expect(
        calls.answer(signed({ ...call, challenge: own }, subjects.call(host), new Signer(newSigningKey()))),
      ).resolves.toMatchObject({ code: 'rejected' });
      steady += 10_001;
      await expect(calls.answer(signed({ ...call, challenge: own }))).resolves.toMatchObject({ code: 'expired' });
      await journal.close();
      const later = await start();
      const fresh = challengeOf(await calls.answer(signed(call)));
      await expect(later.answer(signed({ ...call, challenge: fresh }))).resolves.toMatchObject({ code: 'expired' });
      expect(ran).toEqual([]);
    });

    it('include every call before the agent knows the time of the API, whatever the host clock says', async () => {
      clock = new ServerClock(
        () => steady,
        () => Date.parse(PAST),
      );
      const calls = await start();
      const call = once(new Date(now + 5_000).toISOString());
      const challenge = challengeOf(await calls.answer(signed(call)));
      expect(ran).toEqual([]);
      await expect(calls.answer(signed({ ...call, challenge }))).resolves.toMatchObject({ result: 'ok' });
    });
  });

  it('does nothing when a message is not signed for this host or is not a call', async () => {
    const calls = await start();
    const wrong = [
      new Incoming(subjects.call(host), Buffer.from('{}'), undefined, undefined, undefined),
      signed({}, subjects.call(newId('hst'))),
      signed({}, subjects.desired(host)),
      signed({}, subjects.call(host), new Signer(newSigningKey())),
      incoming(signer.sign(subjects.call(host), '{')),
      incoming(signer.sign(subjects.call(host), '{"callId":"x"}')),
    ];
    for (const call of wrong) expect(await calls.answer(call)).toMatchObject({ result: 'problem', code: 'rejected' });
    expect(ran).toEqual([]);
    await expect(calls.answer(signed())).resolves.toMatchObject({ result: 'ok' });
  });

  it('reports an unknown operation when a newer API asks for one', async () => {
    const calls = await start();
    await expect(calls.answer(signed({ op: { op: 'levitate' } }))).resolves.toMatchObject({ code: 'unsupported' });
  });
});
