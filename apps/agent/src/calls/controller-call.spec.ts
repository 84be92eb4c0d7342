import { describe, expect, it } from '@jest/globals';
import {
  ControllerResult,
  MAX_BATCH_BYTES,
  NEW_NETWORK,
  type ControllerAsk,
  type ControllerRecord,
} from '@orrery/shared/contracts';
import { StepError, ControllerError, ForeignNetwork, type ControllerApi } from '@orrery/shared/machine';
import { askController } from './controller-call.js';

const NETWORK = '3a4f1af7fa000001';
const RECORD: ControllerRecord = {
  ...{ address: '0123456789', authorized: true, name: '', addresses: [], bridge: false },
  ...{ noAutoAssign: false, version: null },
};
const SHOWN = { id: NETWORK, name: 'lab', config: NEW_NETWORK };

/** Answers everything, unless overridden. */
const controller = (change: Partial<ControllerApi> = {}): ControllerApi => ({
  lookAhead: () => undefined,
  probe: () => Promise.resolve({ address: '3a4f1af7fa', version: '1.14.1', networks: [NETWORK] }),
  network: () => Promise.resolve(SHOWN),
  putNetwork: () => Promise.resolve(SHOWN),
  deleteNetwork: () => Promise.resolve(),
  records: () => Promise.resolve({ records: [RECORD], more: true }),
  putRecords: () => Promise.resolve([RECORD]),
  deleteRecords: () => Promise.resolve(),
  ...change,
});
const ask = (what: ControllerAsk, change: Partial<ControllerApi> = {}) =>
  askController(() => Promise.resolve(controller(change)), what);
const RECORDS: ControllerAsk = { do: 'records', network: NETWORK, after: null, limit: 1000 };

describe('a call to a controller', () => {
  it('answers each question in the field of its kind', async () => {
    const network = NETWORK;
    const asks: [ControllerAsk, object][] = [
      [{ do: 'probe' }, { result: 'probed', networks: [NETWORK] }],
      [
        { do: 'get-network', network },
        { result: 'network', network: { id: NETWORK } },
      ],
      [
        { do: 'put-network', network, name: 'lab', config: NEW_NETWORK },
        { result: 'network', network: { name: 'lab' } },
      ],
      [{ do: 'delete-network', network }, { result: 'deleted' }],
      [RECORDS, { result: 'records', records: [RECORD], more: true }],
      [
        { do: 'put-records', network, records: [RECORD] },
        { result: 'records', records: [RECORD], more: false },
      ],
      [{ do: 'delete-records', network, addresses: ['0123456789'] }, { result: 'deleted' }],
    ];
    for (const [what, result] of asks) expect(ControllerResult.parse(await ask(what))).toMatchObject(result);
  });

  it('returns a result when the controller does not answer, and fails on anything else', async () => {
    const trouble = new ControllerError({ code: 'controller-absent', cause: 'none', fix: 'another' });
    await expect(ask({ do: 'probe' }, { probe: () => Promise.reject(trouble) })).resolves.toEqual({
      ...{ result: 'trouble', code: 'controller-absent', cause: 'none', fix: 'another' },
    });
    const away = new StepError({ code: 'container-died', cause: 'it is exited', fix: 'wait' });
    await expect(askController(() => Promise.reject(away), { do: 'probe' })).resolves.toEqual({
      ...{ result: 'trouble', code: 'controller-unreachable', cause: 'it is exited', fix: 'wait' },
    });
    const foreign = new ForeignNetwork(NETWORK, 'ffffffffff');
    await expect(ask(RECORDS, { records: () => Promise.reject(foreign) })).rejects.toBe(foreign);
  });

  it('leaves records that do not fit into one message for the next page', async () => {
    const records = Array.from({ length: 1000 }, (_, at) => ({ ...RECORD, name: `${at} ${'n'.repeat(500)}` }));
    const result = await ask(RECORDS, { records: () => Promise.resolve({ records, more: false }) });
    const page = result.result === 'records' ? result : undefined;
    expect(page?.more).toBe(true);
    expect(page?.records).toEqual(records.slice(0, page?.records.length));
    const bytes = JSON.stringify(result).length;
    expect(bytes).toBeLessThan(MAX_BATCH_BYTES);
    expect(bytes).toBeGreaterThan(MAX_BATCH_BYTES - 8 * 1024);
    await expect(ask(RECORDS, { records: () => Promise.resolve({ records: [RECORD], more: false }) })).resolves.toEqual(
      { result: 'records', records: [RECORD], more: false },
    );
  });

  it('cuts the name of a record when it is too long, and keeps the record', async () => {
    const records = [{ ...RECORD, name: 'n'.repeat(MAX_BATCH_BYTES) }];
    const result = await ask(RECORDS, { records: () => Promise.resolve({ records, more: false }) });
    expect(ControllerResult.parse(result)).toMatchObject({
      records: [{ name: expect.stringMatching(/^n+…$/) }],
      more: false,
    });
  });

  it('fails with a clear cause when an answer that has no pages does not fit', async () => {
    const rules = Array.from({ length: 1000 }, () => ({ type: 'ACTION_ACCEPT' as const, note: 'r'.repeat(300) }));
    const network = { id: '0123456789000001', name: 'lab', config: { ...NEW_NETWORK, rules } };
    const asked = ask({ do: 'get-network', network: network.id }, { network: () => Promise.resolve(network) });
    await expect(asked).rejects.toMatchObject({ code: 'answer-too-long' });
  });
});
