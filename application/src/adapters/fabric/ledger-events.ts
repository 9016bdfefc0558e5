import { events, parseJson } from '@dstore/chaincode/domain';
import type { ChaincodeEvent, CloseableAsyncIterable, Network } from '@hyperledger/fabric-gateway';

import type { Checkpoint, LedgerEvent } from '../../ports/ledger.js';
import { unavailable } from './ledger-errors.js';

/**
 * Events of valid transactions from a checkpoint, or from now, until the signal aborts.
 * Throws Fault `ledger-unavailable` when the stream breaks: go on from the last checkpoint.
 */
export async function* ledgerEvents(
  network: Network,
  chaincode: string,
  from: Checkpoint | undefined,
  signal: AbortSignal,
): AsyncGenerator<LedgerEvent> {
  if (signal.aborted) return;
  let stream: CloseableAsyncIterable<ChaincodeEvent> | undefined;
  const close = () => stream?.close();
  signal.addEventListener('abort', close);
  try {
    stream = await network.getChaincodeEvents(chaincode, startOf(from));
    if (isAborted(signal)) return;
    for await (const event of stream) {
      const known = parse(event);
      if (known !== undefined) yield known;
    }
  } catch (error) {
    if (!isAborted(signal)) throw unavailable(error);
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

function startOf(from: Checkpoint | undefined) {
  if (from === undefined) return {};
  const { block, txId } = from;
  return { checkpoint: { getBlockNumber: () => block, getTransactionId: () => txId } };
}

/** An event whose name this version does not know is passed over: a newer law may announce more. */
function parse(event: ChaincodeEvent): LedgerEvent | undefined {
  const name = event.eventName as keyof typeof events;
  const shape = Object.hasOwn(events, name) ? events[name] : undefined;
  if (shape === undefined) return undefined;
  return {
    name,
    payload: parseJson<unknown>(shape, Buffer.from(event.payload).toString('utf8')),
    txId: event.transactionId,
    checkpoint: { block: event.blockNumber, txId: event.transactionId },
  } as LedgerEvent;
}

/** Asks anew: the compiler takes a signal once seen for settled. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
