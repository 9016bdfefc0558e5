import { common, peer } from '@hyperledger/fabric-protos';
import { createHash } from 'node:crypto';
import { hasSigned, type Member, type Members } from './members.js';

/** A signed proposal taken apart. */
export interface ParsedProposal {
  readonly signed: peer.SignedProposal;
  readonly bytes: Uint8Array;
  /** Header bytes as they were signed; the transaction carries them unchanged. */
  readonly header: Uint8Array;
  readonly channel: string;
  readonly txId: string;
  readonly chaincode: string;
  readonly creator: Uint8Array;
  readonly nonce: Uint8Array;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly args: Uint8Array[];
  readonly hasTransient: boolean;
  /** The payload as blocks may hold it: without transient data. */
  readonly publicPayload: Uint8Array;
  /** SHA-256 that endorsers sign: headers and public payload. */
  readonly hash: Buffer;
}

/** Takes a signed proposal apart. Throws TypeError when a part is missing or malformed. */
export function parseProposal(signed: peer.SignedProposal): ParsedProposal {
  const bytes = signed.getProposalBytes_asU8();
  const proposal = peer.Proposal.deserializeBinary(bytes);
  const header = proposal.getHeader_asU8();
  const { channelHeader, signatureHeader, channelBytes, signatureBytes } = parseHeader(header);
  if (channelHeader.getType() !== common.HeaderType.ENDORSER_TRANSACTION)
    throw new TypeError('the header is not one of an endorser transaction');
  const payload = peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8());
  const spec = peer.ChaincodeInvocationSpec.deserializeBinary(payload.getInput_asU8()).getChaincodeSpec();
  const extension = peer.ChaincodeHeaderExtension.deserializeBinary(channelHeader.getExtension_asU8());
  const chaincode = extension.getChaincodeId()?.getName() ?? '';
  if (spec?.getChaincodeId()?.getName() !== chaincode)
    throw new TypeError('the header and the payload name different chaincodes');
  const hasTransient = payload.getTransientmapMap().getLength() > 0;
  payload.getTransientmapMap().clear();
  const publicPayload = payload.serializeBinary();
  return {
    signed,
    bytes,
    header,
    channel: channelHeader.getChannelId(),
    txId: channelHeader.getTxId(),
    chaincode,
    creator: signatureHeader.getCreator_asU8(),
    nonce: signatureHeader.getNonce_asU8(),
    timestamp: channelHeader.getTimestamp()?.toDate().getTime() ?? 0,
    args: spec.getInput()?.getArgsList_asU8() ?? [],
    hasTransient,
    publicPayload,
    hash: createHash('sha256').update(channelBytes).update(signatureBytes).update(publicPayload).digest(),
  };
}

/** The two headers of a proposal or an envelope, parsed and as bytes. */
export function parseHeader(bytes: Uint8Array) {
  const header = common.Header.deserializeBinary(bytes);
  const channelBytes = header.getChannelHeader_asU8();
  const signatureBytes = header.getSignatureHeader_asU8();
  return {
    channelBytes,
    signatureBytes,
    channelHeader: common.ChannelHeader.deserializeBinary(channelBytes),
    signatureHeader: common.SignatureHeader.deserializeBinary(signatureBytes),
  };
}

/** The transaction id that a nonce and a creator must lead to. */
export function txIdOf(nonce: Uint8Array, creator: Uint8Array): string {
  return createHash('sha256').update(nonce).update(creator).digest('hex');
}

/** What a peer knows when it judges a proposal. */
export interface ProposalCheck {
  readonly channel: string;
  readonly members: Members;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly timeWindowSeconds: number;
}

/** Why a peer would not endorse the proposal, or its creator. */
export function checkProposal(proposal: ParsedProposal, check: ProposalCheck): Member | string {
  const creator = check.members.find(proposal.creator);
  if (proposal.channel !== check.channel) return `channel ${proposal.channel} is not served`;
  if (creator === undefined) return 'access denied: no organization of the channel vouches for the creator';
  if (check.now < creator.certificate.notBefore || check.now > creator.certificate.notAfter)
    return 'access denied: the certificate of the creator does not count now';
  if (!hasSigned(creator, proposal.bytes, proposal.signed.getSignature_asU8()))
    return "access denied: the creator's signature over the proposal is not valid";
  if (proposal.txId !== txIdOf(proposal.nonce, proposal.creator))
    return 'the transaction id is not the digest of nonce and creator';
  if (Math.abs(check.now - proposal.timestamp) > check.timeWindowSeconds * 1000)
    return `the proposal's timestamp is outside the time window of ${check.timeWindowSeconds} s`;
  return creator;
}
