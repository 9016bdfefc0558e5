import { status } from '@grpc/grpc-js';
import { common, gateway, orderer, peer } from '@hyperledger/fabric-protos';
import { codesOf } from './block.js';
import type { Chain } from './chain.js';
import type { Gateway } from './gateway.js';
import { serviceError } from './grpc.js';
import { headerOf, parseTransaction } from './transaction.js';

/** Blocks from a number on, as they come, until the signal ends the wait with an error. */
async function* blocksFrom(chain: Chain, from: number, signal: AbortSignal) {
  for (let number = from; ; number += 1) {
    await reached(chain, number, signal);
    yield { number, block: await chain.block(number) };
  }
}

/** Events of valid transactions, a response for each block that has some. */
export function chaincodeEvents(
  gatewayService: Gateway,
  chain: Chain,
  signed: gateway.SignedChaincodeEventsRequest,
  signal: AbortSignal,
): AsyncGenerator<gateway.ChaincodeEventsResponse> {
  const bytes = signed.getRequest_asU8();
  const request = gateway.ChaincodeEventsRequest.deserializeBinary(bytes);
  gatewayService.insistSigned(request.getIdentity_asU8(), bytes, signed.getSignature_asU8());
  return eventsFrom(chain, request, startOf(chain, request.getStartPosition()), signal);
}

async function* eventsFrom(
  chain: Chain,
  request: gateway.ChaincodeEventsRequest,
  start: number,
  signal: AbortSignal,
): AsyncGenerator<gateway.ChaincodeEventsResponse> {
  const after = request.getAfterTransactionId();
  for await (const { number, block } of blocksFrom(chain, start, signal)) {
    const events = eventsOf(block, request.getChaincodeId());
    const skip = number === start && after !== '' ? skipped(block, events, after) : 0;
    if (events.length === skip) continue;
    const response = new gateway.ChaincodeEventsResponse();
    response.setBlockNumber(number);
    response.setEventsList(events.slice(skip).map(({ event }) => event));
    yield response;
  }
}

/** Whole or filtered blocks as a peer's Deliver service sends them. */
export function deliver(
  gatewayService: Gateway,
  chain: Chain,
  envelope: common.Envelope,
  filtered: boolean,
  signal: AbortSignal,
): AsyncGenerator<peer.DeliverResponse> {
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const creator = common.SignatureHeader.deserializeBinary(
    payload.getHeader()?.getSignatureHeader_asU8() ?? new Uint8Array(),
  ).getCreator_asU8();
  gatewayService.insistSigned(creator, envelope.getPayload_asU8(), envelope.getSignature_asU8());
  const seek = orderer.SeekInfo.deserializeBinary(payload.getData_asU8());
  return deliveries(chain, seek, startOf(chain, seek.getStart()), filtered, signal);
}

async function* deliveries(
  chain: Chain,
  seek: orderer.SeekInfo,
  start: number,
  filtered: boolean,
  signal: AbortSignal,
): AsyncGenerator<peer.DeliverResponse> {
  const stop = seek.getStop()?.getSpecified()?.getNumber() ?? Number.MAX_SAFE_INTEGER;
  for await (const { number, block } of blocksFrom(chain, start, signal)) {
    const response = new peer.DeliverResponse();
    if (filtered) response.setFilteredBlock(filteredBlock(block));
    else response.setBlock(block);
    yield response;
    if (number >= stop) return;
  }
}

function startOf(chain: Chain, position: orderer.SeekPosition | undefined): number {
  if (position?.hasSpecified() === true) return position.getSpecified()?.getNumber() ?? 0;
  if (position?.hasOldest() === true) return 0;
  if (position?.hasNewest() === true) return chain.height - 1;
  return chain.height;
}

function reached(chain: Chain, number: number, signal: AbortSignal): Promise<void> {
  const ended = () => serviceError(status.CANCELLED, 'Cancelled on client');
  if (signal.aborted) return Promise.reject(ended());
  if (chain.height > number) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stop = chain.onBlock(() => {
      if (chain.height > number) settle(resolve);
    });
    const abort = () => settle(() => reject(ended()));
    const settle = (then: () => void) => {
      stop();
      signal.removeEventListener('abort', abort);
      then();
    };
    signal.addEventListener('abort', abort);
  });
}

interface PlacedEvent {
  readonly index: number;
  readonly event: peer.ChaincodeEvent;
}

function eventsOf(block: common.Block, chaincode: string): PlacedEvent[] {
  const codes = codesOf(block);
  return envelopesOf(block).flatMap((bytes, index) => {
    if (codes[index] !== peer.TxValidationCode.VALID || isConfig(bytes)) return [];
    const { event } = parseTransaction(bytes);
    return event?.getChaincodeId() === chaincode ? [{ index, event }] : [];
  });
}

/** Events up to that of the named transaction; none when the block has no such transaction. */
function skipped(block: common.Block, events: readonly PlacedEvent[], txId: string): number {
  const index = envelopesOf(block).findIndex((bytes) => headerOf(bytes).txId === txId);
  return events.filter((placed) => placed.index <= index).length;
}

function filteredBlock(block: common.Block): peer.FilteredBlock {
  const codes = codesOf(block);
  const filtered = new peer.FilteredBlock();
  filtered.setNumber(block.getHeader()?.getNumber() ?? 0);
  filtered.setFilteredTransactionsList(
    envelopesOf(block).map((bytes, index) => {
      const { txId, type } = headerOf(bytes);
      const transaction = new peer.FilteredTransaction();
      transaction.setTxid(txId);
      transaction.setType(type as 3);
      transaction.setTxValidationCode(codes[index] as 0);
      return transaction;
    }),
  );
  return filtered;
}

function envelopesOf(block: common.Block): Uint8Array[] {
  return block.getData()?.getDataList_asU8() ?? [];
}

function isConfig(envelope: Uint8Array): boolean {
  return headerOf(envelope).type === common.HeaderType.CONFIG;
}
