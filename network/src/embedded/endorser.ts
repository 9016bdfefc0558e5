import { type Identity, signLowS } from '@dstore/organizations';
import { peer } from '@hyperledger/fabric-protos';
import { serializeIdentity } from './members.js';
import type { ParsedProposal } from './proposal.js';
import { encodeRwSet } from './rw-set.js';
import { type ContractClass, ContractRunner, type Invocation } from './shim.js';
import { Simulation } from './simulation.js';
import type { WorldState } from './world-state.js';

/** Version of the chaincode definition, as its actions name it. */
export const chaincodeVersion = '1';

/** What an endorser signed. `payload` must be equal among endorsers, byte for byte. */
export interface Endorsed {
  readonly mspId: string;
  readonly payload: Uint8Array;
  readonly endorsement: peer.Endorsement;
  readonly response: peer.Response;
}

/** A contract's failure: its status and message as a peer reports them. */
export interface Declined {
  readonly mspId: string;
  readonly declined: string;
}

/** One organization's peer: runs its own copy of the contracts and signs what came out. */
export class Endorser {
  readonly mspId: string;
  readonly #identity: Identity;
  readonly #serialized: Uint8Array;
  readonly #runner: ContractRunner;
  readonly #chaincode: string;

  constructor(identity: Identity, chaincode: string, contracts: readonly ContractClass[]) {
    this.mspId = identity.mspId;
    this.#identity = identity;
    this.#serialized = serializeIdentity(identity.mspId, identity.certificate);
    this.#runner = new ContractRunner(contracts, chaincode, chaincodeVersion);
    this.#chaincode = chaincode;
  }

  /** Runs the proposal and signs nothing. */
  async evaluate(proposal: ParsedProposal, state: WorldState): Promise<peer.Response | Declined> {
    const { invocation } = await this.#simulate(proposal, state);
    return invocation.status < 400 ? responseOf(invocation) : this.#declined(invocation);
  }

  /** Runs the proposal against a state and signs its outcome, unless the contract failed. */
  async endorse(proposal: ParsedProposal, state: WorldState): Promise<Endorsed | Declined> {
    const { invocation, simulation } = await this.#simulate(proposal, state);
    if (invocation.status >= 400) return this.#declined(invocation);
    const response = responseOf(invocation);
    const payload = this.#payload(proposal, simulation, invocation, response);
    const endorsement = new peer.Endorsement();
    endorsement.setEndorser(this.#serialized);
    endorsement.setSignature(signLowS(this.#identity.privateKey, Buffer.concat([payload, this.#serialized])));
    return { mspId: this.mspId, payload, endorsement, response };
  }

  async #simulate(proposal: ParsedProposal, state: WorldState) {
    const simulation = new Simulation(state);
    const { channel, txId, args, signed } = proposal;
    const invocation = await this.#runner.run(simulation, { channel, txId, args, signedProposal: signed });
    return { simulation, invocation };
  }

  #declined({ status, message }: Invocation): Declined {
    return { mspId: this.mspId, declined: `chaincode response ${status}, ${message}` };
  }

  #payload(
    proposal: ParsedProposal,
    simulation: Simulation,
    { event }: Invocation,
    response: peer.Response,
  ): Uint8Array {
    const id = new peer.ChaincodeID();
    id.setName(this.#chaincode);
    id.setVersion(chaincodeVersion);
    const action = new peer.ChaincodeAction();
    action.setResults(encodeRwSet(this.#chaincode, simulation.rwSet));
    action.setResponse(response);
    action.setChaincodeId(id);
    if (event !== undefined) {
      const announced = new peer.ChaincodeEvent();
      announced.setChaincodeId(this.#chaincode);
      announced.setTxId(proposal.txId);
      announced.setEventName(event.name);
      announced.setPayload(event.payload);
      action.setEvents(announced.serializeBinary());
    }
    const payload = new peer.ProposalResponsePayload();
    payload.setProposalHash(proposal.hash);
    payload.setExtension$(action.serializeBinary());
    return payload.serializeBinary();
  }
}

function responseOf(invocation: Invocation): peer.Response {
  const response = new peer.Response();
  response.setStatus(invocation.status);
  response.setMessage(invocation.message);
  response.setPayload(invocation.payload);
  return response;
}
