import {
  ControllerResult,
  fitLengths,
  MAX_BATCH_BYTES,
  type ControllerAsk,
  type ControllerRecord,
  explain,
} from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { StepError, ControllerError, type ControllerApi } from '@orrery/shared/machine';

/** A reply must fit into one message, together with its envelope. */
const MOST_BYTES = MAX_BATCH_BYTES - 4 * 1024;

/** Asks a controller. If none answers, the reason is a result too: the caller wants to know it. */
export async function askController(open: () => Promise<ControllerApi>, ask: ControllerAsk): Promise<ControllerResult> {
  try {
    return fitting(fitLengths(ControllerResult, await answer(await open(), ask)));
  } catch (error) {
    if (error instanceof ControllerError) return trouble(error.code, error);
    if (error instanceof StepError) return trouble('controller-unreachable', error);
    throw error;
  }
}

async function answer(controller: ControllerApi, ask: ControllerAsk): Promise<ControllerResult> {
  switch (ask.do) {
    case 'probe':
      return { result: 'probed', ...(await controller.probe()) };
    case 'get-network':
      return { result: 'network', network: await controller.network(ask.network) };
    case 'put-network':
      return { result: 'network', network: await controller.putNetwork(ask.network, ask.name, ask.config) };
    case 'delete-network':
      await controller.deleteNetwork(ask.network);
      return { result: 'deleted' };
    case 'records':
      return { result: 'records', ...(await controller.records(ask.network, ask.after, ask.limit)) };
    case 'put-records':
      return { result: 'records', records: await controller.putRecords(ask.network, ask.records), more: false };
    case 'delete-records':
      await controller.deleteRecords(ask.network, ask.addresses);
      return { result: 'deleted' };
  }
}

const trouble = (
  code: Extract<ControllerResult, { result: 'trouble' }>['code'],
  { message, fix = '' }: AppError,
): ControllerResult => fitLengths(ControllerResult, { result: 'trouble', code, cause: message, fix });

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Records that do not fit are left for the next page; anything else that does not fit is an error. */
function fitting(result: ControllerResult): ControllerResult {
  if (bytesOf(result) <= MOST_BYTES) return result;
  const page = result.result === 'records' ? withinBytes(result.records) : [];
  if (page.length > 0) return { result: 'records', records: page, more: true };
  throw new AppError({
    kind: 'operational',
    ...explain('answer-too-long/bytes', { most: MOST_BYTES }),
  });
}

function withinBytes(records: readonly ControllerRecord[]): ControllerRecord[] {
  let left = MOST_BYTES - 100;
  const over = records.findIndex((record) => (left -= bytesOf(record) + 1) < 0);
  return records.slice(0, over);
}
