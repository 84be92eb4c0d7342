import { join } from 'node:path';
import { beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import { Incoming, newSigningKey, Signer, Verifier } from '@orrery/shared/bus';
import { subjects, type Call, type CallReply, type SignedMessage } from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import { temporaryFolder } from '../../../../test/support/servers.js';
import { Journal } from '../journal/journal.js';
import { ServerClock } from '../uplink/server-clock.js';
import { CallLedger } from './call-ledger.js';
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
    return new CallsService({ host, verifier, clock, ledger: new CallLedger(journal), operations, logger });
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
    clock = new ServerClock(() => now);
  });
  afterEach(() => journal.close());

  it('does what is asked, once, however often the same call comes', async () => {
    const calls = await start();
    const call = signed();
    const replies = await Promise.all(Array.from({ length: 1000 }, () => calls.answer(call)));
    expect(ran).toEqual(['doctor']);
    expect(new Set(replies.map((reply) => JSON.stringify(reply)))).toEqual(new Set(['{"result":"ok","value":1}']));
    expect(await calls.answer(signed())).toEqual({ result: 'ok', value: 2 });
  });

  it('looks at a controller as often as it is asked, and changes it once', async () => {
    const calls = await start();
    const network = '3a4f1af7fa000001';
    const about = (ask: object) => signed({ op: { op: 'controller', node: newId('nod'), ask } });
    const look = about({ do: 'get-network', network });
    const change = about({ do: 'delete-network', network });
    for (const call of [look, change, look, change, look]) await calls.answer(call);
    expect(ran).toEqual(['controller', 'controller', 'controller', 'controller']);
    expect(await calls.answer(change)).toEqual({ result: 'ok', value: 2 });
  });

  it('does not do again after a restart what it may have done before', async () => {
    const call = signed();
    await (await start()).answer(call);
    await journal.close();
    const again = await start();
    await expect(again.answer(call)).resolves.toMatchObject({ result: 'problem', code: 'outcome-unknown' });
    expect(ran).toEqual(['doctor']);
    await expect(again.answer(signed())).resolves.toMatchObject({ result: 'ok' });
  });

  it('judges expiry by the clock of the API', async () => {
    const calls = await start();
    const late = { expiresAt: new Date(now - 1).toISOString() };
    await expect(calls.answer(signed(late))).resolves.toMatchObject({ code: 'expired' });
    // This host's clock is an hour ahead.
    const serverTime = new Date(now).toISOString();
    now += 3_600_000;
    clock.learn(serverTime, now);
    const inTime = { expiresAt: new Date(now - 3_600_000 + 5_000).toISOString() };
    await expect(calls.answer(signed(inTime))).resolves.toMatchObject({ result: 'ok' });
    expect(ran).toEqual(['doctor']);
  });

  it('does nothing for what is not signed for this host, or is no call', async () => {
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

  it('says of an operation of a newer API that it does not know it', async () => {
    const calls = await start();
    await expect(calls.answer(signed({ op: { op: 'levitate' } }))).resolves.toMatchObject({ code: 'unsupported' });
  });
});
