import { status } from '@grpc/grpc-js';
import { gateway, type peer } from '@hyperledger/fabric-protos';
import type { Chain } from './chain.js';
import type { Declined, Endorsed, Endorser } from './endorser.js';
import { serviceError } from './grpc.js';
import { hasSigned, type Member, type Members } from './members.js';
import { majorityOf } from './policy.js';
import { checkProposal, type ParsedProposal, parseProposal } from './proposal.js';
import type { Orderer } from './orderer.js';
import { prepareTransaction } from './transaction.js';
import { querySystem } from './system-queries.js';

/** What the gateway stands on. */
export interface GatewayParts {
  readonly channel: string;
  readonly chaincode: string;
  readonly members: Members;
  readonly chain: Chain;
  readonly orderer: Orderer;
  /** Endorsers by MSP id. */
  readonly endorsers: ReadonlyMap<string, Endorser>;
  readonly timeWindowSeconds: number;
  readonly now: () => number;
}

/** Fabric's Gateway service over one chain: each method takes and answers the service's own messages. */
export class Gateway {
  readonly #parts: GatewayParts;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  /** Runs a proposal on one endorser, by default of the caller's organization. */
  async evaluate(request: gateway.EvaluateRequest): Promise<gateway.EvaluateResponse> {
    const { proposal, creator } = this.#accept(request.getProposedTransaction());
    const answer =
      proposal.chaincode === 'qscc'
        ? await querySystem(this.#parts.chain, this.#parts.channel, proposal.args)
        : await this.#evaluator(request.getTargetOrganizationsList(), creator).evaluate(
            proposal,
            this.#parts.chain.state,
          );
    if ('declined' in answer)
      throw serviceError(status.UNKNOWN, `evaluate call to endorser returned error: ${answer.declined}`, [
        { mspId: answer.mspId, message: answer.declined },
      ]);
    const response = new gateway.EvaluateResponse();
    response.setResult(answer);
    return response;
  }

  /** Has a proposal run by all endorsers that are needed, and compares what they signed byte for byte. */
  async endorse(request: gateway.EndorseRequest): Promise<gateway.EndorseResponse> {
    const { proposal, creator } = this.#accept(request.getProposedTransaction());
    this.#insistServed(proposal);
    if (this.#parts.chain.outcome(proposal.txId) !== undefined)
      throw serviceError(status.ABORTED, `duplicate transaction found [${proposal.txId}]`);
    const named = request.getEndorsingOrganizationsList();
    const endorsers = this.#endorsersFor(named, proposal, creator);
    const { state } = this.#parts.chain;
    const answers = await Promise.all(endorsers.map((endorser) => endorser.endorse(proposal, state)));
    const endorsed = answers.filter((answer): answer is Endorsed => !('declined' in answer));
    const declined = answers.filter((answer): answer is Declined => 'declined' in answer);
    const enough = named.length > 0 ? endorsers.length : Math.min(endorsers.length, this.#majority);
    if (endorsed.length < enough) throw declinedError(declined);
    const response = new gateway.EndorseResponse();
    response.setPreparedTransaction(prepareTransaction(proposal, insistEqual(endorsed)));
    return response;
  }

  /** Hands a signed transaction to the orderer. */
  async submit(request: gateway.SubmitRequest): Promise<gateway.SubmitResponse> {
    const envelope = request.getPreparedTransaction();
    if (envelope === undefined || envelope.getSignature_asU8().length === 0)
      throw serviceError(status.INVALID_ARGUMENT, 'a prepared transaction with a signature is needed');
    try {
      this.#parts.orderer.submit(envelope.serializeBinary());
    } catch (error) {
      throw serviceError(status.UNAVAILABLE, (error as Error).message);
    }
    return new gateway.SubmitResponse();
  }

  /** Answers once the transaction is in a block; only the signal ends the wait for one that never is. */
  async commitStatus(
    signed: gateway.SignedCommitStatusRequest,
    signal: AbortSignal,
  ): Promise<gateway.CommitStatusResponse> {
    const request = gateway.CommitStatusRequest.deserializeBinary(signed.getRequest_asU8());
    this.insistSigned(request.getIdentity_asU8(), signed.getRequest_asU8(), signed.getSignature_asU8());
    const { code, block } = await this.#outcome(request.getTransactionId(), signal);
    const response = new gateway.CommitStatusResponse();
    response.setResult(code as 0);
    response.setBlockNumber(block);
    return response;
  }

  /** Throws PERMISSION_DENIED unless a member signed the message. */
  insistSigned(identity: Uint8Array, message: Uint8Array, signature: Uint8Array): void {
    const member = this.#parts.members.find(identity);
    if (member === undefined || !hasSigned(member, message, signature))
      throw serviceError(status.PERMISSION_DENIED, 'the signature of the request is not that of a member');
  }

  get #majority(): number {
    return majorityOf(this.#parts.members.mspIds.length);
  }

  #accept(signed: peer.SignedProposal | undefined): { proposal: ParsedProposal; creator: Member } {
    if (signed === undefined) throw serviceError(status.INVALID_ARGUMENT, 'a signed proposal is needed');
    let proposal: ParsedProposal;
    try {
      proposal = parseProposal(signed);
    } catch (error) {
      throw serviceError(status.INVALID_ARGUMENT, `the proposal is malformed: ${(error as Error).message}`);
    }
    const { channel, members, timeWindowSeconds, now } = this.#parts;
    const creator = checkProposal(proposal, { channel, members, timeWindowSeconds, now: now() });
    if (typeof creator === 'string')
      throw serviceError(status.UNKNOWN, `error validating proposal: ${creator}`, [
        { mspId: '', message: `error validating proposal: ${creator}` },
      ]);
    return { proposal, creator };
  }

  #insistServed(proposal: ParsedProposal): void {
    if (proposal.chaincode !== this.#parts.chaincode)
      throw serviceError(status.UNAVAILABLE, `no endorsers for chaincode ${proposal.chaincode}`);
  }

  #evaluator(named: readonly string[], creator: Member): Endorser {
    const [mspId = creator.mspId] = named;
    const endorser = this.#parts.endorsers.get(mspId);
    if (endorser === undefined)
      throw serviceError(status.UNAVAILABLE, `failed to find an endorsing peer of ${mspId}`);
    return endorser;
  }

  /** Transient data goes to the caller's own organization unless the caller names others, as in Fabric. */
  #endorsersFor(named: readonly string[], proposal: ParsedProposal, creator: Member): Endorser[] {
    const all = this.#parts.members.mspIds;
    const own = proposal.hasTransient ? [creator.mspId] : all;
    const wanted = named.length > 0 ? [...new Set(named)] : own;
    return wanted
      .map((mspId) => this.#evaluator([mspId], creator))
      .sort((a, b) => Number(b.mspId === creator.mspId) - Number(a.mspId === creator.mspId));
  }

  #outcome(txId: string, signal: AbortSignal) {
    const { chain } = this.#parts;
    return new Promise<{ code: number; block: number }>((resolve, reject) => {
      const look = () => {
        const outcome = chain.outcome(txId);
        if (outcome === undefined) return;
        stop();
        resolve(outcome);
      };
      const stop = chain.onBlock(look);
      signal.addEventListener('abort', () => {
        stop();
        reject(signal.reason as Error);
      });
      look();
    });
  }
}

function declinedError(declined: readonly Declined[]) {
  const details = declined.map(({ mspId, declined: message }) => ({ mspId, message }));
  const text = 'failed to endorse transaction, see attached details for more info';
  return serviceError(status.ABORTED, text, details);
}

function insistEqual(endorsed: readonly Endorsed[]): [Endorsed, ...Endorsed[]] {
  const [first, ...rest] = endorsed as [Endorsed, ...Endorsed[]];
  const other = rest.find(({ payload }) => !Buffer.from(payload).equals(first.payload));
  if (other === undefined) return [first, ...rest];
  throw serviceError(
    status.ABORTED,
    `failed to assemble transaction: ProposalResponsePayloads do not match (${first.mspId}, ${other.mspId})`,
    [{ mspId: other.mspId, message: 'ProposalResponsePayloads do not match' }],
  );
}
