import { common, peer } from '@hyperledger/fabric-protos';
import { createHash } from 'node:crypto';
import type { Endorsed } from './endorser.js';
import { parseHeader, type ParsedProposal } from './proposal.js';

/** An endorser transaction as a block holds it, taken apart. */
export interface ParsedTransaction {
  readonly channel: string;
  readonly txId: string;
  readonly creator: Uint8Array;
  readonly nonce: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  readonly chaincode: string;
  /** What endorsers signed, each followed by its own identity. */
  readonly endorsed: Uint8Array;
  readonly endorsements: readonly { readonly endorser: Uint8Array; readonly signature: Uint8Array }[];
  /** Whether the proposal that was endorsed is the one in the transaction. */
  readonly hashMatches: boolean;
  /** What it read and would write, as the endorsers encoded it. */
  readonly results: Uint8Array;
  readonly event: peer.ChaincodeEvent | undefined;
}

/** The unsigned envelope that a client signs and submits. The first endorsement's payload stands for all. */
export function prepareTransaction(
  proposal: ParsedProposal,
  endorsed: readonly [Endorsed, ...Endorsed[]],
): common.Envelope {
  const action = new peer.ChaincodeEndorsedAction();
  action.setProposalResponsePayload(endorsed[0].payload);
  action.setEndorsementsList(endorsed.map(({ endorsement }) => endorsement));
  const payload = new peer.ChaincodeActionPayload();
  payload.setChaincodeProposalPayload(proposal.publicPayload);
  payload.setAction(action);
  const header = common.Header.deserializeBinary(proposal.header);
  const part = new peer.TransactionAction();
  part.setHeader(header.getSignatureHeader_asU8());
  part.setPayload(payload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.setActionsList([part]);
  const whole = new common.Payload();
  whole.setHeader(header);
  whole.setData(transaction.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(whole.serializeBinary());
  return envelope;
}

/** Transaction id and type of an envelope, without looking into its payload. */
export function headerOf(envelopeBytes: Uint8Array): { txId: string; type: number } {
  const payload = common.Payload.deserializeBinary(
    common.Envelope.deserializeBinary(envelopeBytes).getPayload_asU8(),
  );
  const bytes = payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array();
  const header = common.ChannelHeader.deserializeBinary(bytes);
  return { txId: header.getTxId(), type: header.getType() };
}

/** Takes an endorser transaction apart. Throws when a part is missing or malformed. */
export function parseTransaction(envelopeBytes: Uint8Array): ParsedTransaction {
  const envelope = common.Envelope.deserializeBinary(envelopeBytes);
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const header = payload.getHeader();
  if (header === undefined) throw new TypeError('a transaction without a header');
  const { channelHeader, signatureHeader, channelBytes, signatureBytes } = parseHeader(
    header.serializeBinary(),
  );
  const actions = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
  const [only] = actions;
  if (only === undefined || actions.length !== 1) throw new TypeError('a transaction has exactly one action');
  const action = peer.ChaincodeActionPayload.deserializeBinary(only.getPayload_asU8());
  const endorsed = action.getAction()?.getProposalResponsePayload_asU8() ?? new Uint8Array();
  const response = peer.ProposalResponsePayload.deserializeBinary(endorsed);
  const outcome = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
  const hash = createHash('sha256')
    .update(channelBytes)
    .update(signatureBytes)
    .update(action.getChaincodeProposalPayload_asU8())
    .digest();
  const events = outcome.getEvents_asU8();
  return {
    channel: channelHeader.getChannelId(),
    txId: channelHeader.getTxId(),
    creator: signatureHeader.getCreator_asU8(),
    nonce: signatureHeader.getNonce_asU8(),
    payload: envelope.getPayload_asU8(),
    signature: envelope.getSignature_asU8(),
    chaincode: outcome.getChaincodeId()?.getName() ?? '',
    endorsed,
    endorsements: (action.getAction()?.getEndorsementsList() ?? []).map((endorsement) => ({
      endorser: endorsement.getEndorser_asU8(),
      signature: endorsement.getSignature_asU8(),
    })),
    hashMatches: hash.equals(response.getProposalHash_asU8()),
    results: outcome.getResults_asU8(),
    event: events.length === 0 ? undefined : peer.ChaincodeEvent.deserializeBinary(events),
  };
}
