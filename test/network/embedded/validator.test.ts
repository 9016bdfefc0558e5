import { Members, serializeIdentity } from '@dstore/network/embedded/members.js';
import { type Endorsed, Endorser } from '@dstore/network/embedded/endorser.js';
import { parseProposal, txIdOf } from '@dstore/network/embedded/proposal.js';
import { headerOf, prepareTransaction } from '@dstore/network/embedded/transaction.js';
import { validateBlock } from '@dstore/network/embedded/validator.js';
import { type KeyWrite, WorldState } from '@dstore/network/embedded/world-state.js';
import { Authority, type Identity, signLowS } from '@dstore/organizations';
import { common, peer } from '@hyperledger/fabric-protos';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { allOf, toyContracts } from '../../conformance/ledger-contracts.js';
import { inDirectory } from './world.js';

const code = peer.TxValidationCode;
const mspIds = ['Org1MSP', 'Org2MSP', 'Org3MSP'];

/** A channel with nothing but members and a state: what a validator sees. */
interface Stage {
  readonly alice: Identity;
  readonly state: WorldState;
  /** An endorsed, signed transaction as a block would hold it. */
  readonly transaction: (call: Call) => Promise<common.Envelope>;
  /** Codes of a block of these, and the state after it. */
  readonly validate: (
    envelopes: readonly common.Envelope[],
    known?: string,
  ) => { codes: number[]; next: WorldState };
}

interface Call {
  readonly name: string;
  readonly argument: string;
  readonly endorsing?: readonly string[];
  readonly txId?: string;
}

async function onStage(use: (stage: Stage) => Promise<void>): Promise<void> {
  await inDirectory(async (directory) => {
    const members = new Members();
    const endorsers = new Map<string, Endorser>();
    let alice: Identity | undefined;
    for (const mspId of mspIds) {
      const authority = await Authority.create(`${directory}/${mspId}`, mspId);
      members.add(mspId, authority.identityRoot);
      const node = await authority.issueIdentity({ id: 'peer0', type: 'peer' });
      endorsers.set(mspId, new Endorser(node, 'toy', toyContracts));
      alice ??= await authority.issueIdentity({ id: 'alice', type: 'client' });
    }
    const state = new WorldState();
    const identity = alice as Identity;
    await use({
      alice: identity,
      state,
      transaction: async (call) => {
        const proposal = parseProposal(signedProposal(identity, call));
        const wanted = (call.endorsing ?? mspIds).map((mspId) => endorsers.get(mspId) as Endorser);
        const answers = await Promise.all(wanted.map((endorser) => endorser.endorse(proposal, state)));
        const endorsed = answers as [Endorsed, ...Endorsed[]];
        const envelope = prepareTransaction(proposal, endorsed);
        envelope.setSignature(signLowS(identity.privateKey, envelope.getPayload_asU8()));
        return envelope;
      },
      validate: (envelopes, known) => {
        const channel = {
          name: 'dstore',
          chaincode: 'toy',
          members,
          knows: (txId: string) => txId === known,
        };
        const next = state.copy();
        const bytes = envelopes.map((envelope) => envelope.serializeBinary());
        return { codes: validateBlock(channel, bytes, 9, state, next), next };
      },
    });
  });
}

function signedProposal(identity: Identity, { name, argument, txId }: Call): peer.SignedProposal {
  const nonce = randomBytes(24);
  const creator = serializeIdentity(identity.mspId, identity.certificate);
  const id = new peer.ChaincodeID();
  id.setName('toy');
  const extension = new peer.ChaincodeHeaderExtension();
  extension.setChaincodeId(id);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.ENDORSER_TRANSACTION);
  channelHeader.setChannelId('dstore');
  channelHeader.setTxId(txId ?? txIdOf(nonce, creator));
  channelHeader.setExtension$(extension.serializeBinary());
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(creator);
  signatureHeader.setNonce(nonce);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const input = new peer.ChaincodeInput();
  input.setArgsList([Buffer.from(name), Buffer.from(argument)]);
  const spec = new peer.ChaincodeSpec();
  spec.setChaincodeId(id);
  spec.setInput(input);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const payload = new peer.ChaincodeProposalPayload();
  payload.setInput(invocation.serializeBinary());
  const proposal = new peer.Proposal();
  proposal.setHeader(header.serializeBinary());
  proposal.setPayload(payload.serializeBinary());
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(proposal.serializeBinary());
  signed.setSignature(signLowS(identity.privateKey, proposal.serializeBinary()));
  return signed;
}

const fund = (diskId: string, endorsing = mspIds): Call => ({
  name: 'DiskContract:FundPool',
  argument: `{"amount":"5","diskId":"${diskId}","notes":[]}`,
  endorsing,
});
const collect: Call = { name: 'TokenContract:CollectEarnings', argument: '{}' };

/** The envelope with one byte of its payload changed where the bytes first occur. */
function flipped(envelope: common.Envelope, after: string): common.Envelope {
  const payload = Buffer.from(envelope.getPayload_asU8());
  const at = payload.indexOf(after);
  assert.ok(at >= 0);
  payload.writeUInt8(payload.readUInt8(at) ^ 1, at);
  const changed = new common.Envelope();
  changed.setPayload(payload);
  changed.setSignature(envelope.getSignature_asU8());
  return changed;
}

describe('validateBlock', () => {
  it('lets one bad transaction spoil no other', async () => {
    await onStage(async ({ transaction, validate }) => {
      const nonsense = new common.Envelope();
      nonsense.setPayload(Buffer.from('nonsense'));
      const good = await transaction(fund('d1'));
      const alsoGood = await transaction(fund('d2'));
      const forged = flipped(await transaction(fund('d3')), 'collateral');
      const { codes, next } = validate([good, nonsense, forged, alsoGood]);
      assert.deepEqual(codes, [code.VALID, code.BAD_PAYLOAD, code.BAD_CREATOR_SIGNATURE, code.VALID]);
      assert.deepEqual(
        [...next.range('', '')].map(([key]) => key),
        ['pool/d1', 'pool/d2'],
      );
      assert.deepEqual(next.get('pool/d2')?.version, { block: 9, tx: 3 });
    });
  });

  it('refuses the second of two changes of one row, and a row slipped into a range', async () => {
    await onStage(async ({ transaction, validate }) => {
      const changes = [await transaction(fund('d1')), await transaction(fund('d1'))];
      assert.deepEqual(validate(changes).codes, [code.VALID, code.MVCC_READ_CONFLICT]);
      const counts = [await transaction(collect), await transaction(collect)];
      assert.deepEqual(validate(counts).codes, [code.VALID, code.PHANTOM_READ_CONFLICT]);
    });
  });

  it('refuses a transaction id that is known, or twice in the block, or not made from nonce and creator', async () => {
    await onStage(async ({ transaction, validate }) => {
      const txId = 'ab'.repeat(32);
      const one = await transaction(fund('d1'));
      assert.deepEqual(validate([one, one]).codes, [code.VALID, code.DUPLICATE_TXID]);
      assert.deepEqual(validate([one], headerOf(one.serializeBinary()).txId).codes, [code.DUPLICATE_TXID]);
      const own = await transaction({ ...fund('d1'), txId });
      assert.deepEqual(validate([own]).codes, [code.BAD_PROPOSAL_TXID]);
    });
  });

  it('asks for a majority, and counts no organization twice', async () => {
    await onStage(async ({ alice, transaction, validate }) => {
      const resigned = (
        envelope: common.Envelope,
        change: (list: peer.Endorsement[]) => peer.Endorsement[],
      ) => {
        const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
        const whole = peer.Transaction.deserializeBinary(payload.getData_asU8());
        const [part] = whole.getActionsList() as [peer.TransactionAction];
        const action = peer.ChaincodeActionPayload.deserializeBinary(part.getPayload_asU8());
        const endorsed = action.getAction() as peer.ChaincodeEndorsedAction;
        endorsed.setEndorsementsList(change(endorsed.getEndorsementsList()));
        part.setPayload(action.serializeBinary());
        payload.setData(whole.serializeBinary());
        envelope.setPayload(payload.serializeBinary());
        envelope.setSignature(signLowS(alice.privateKey, envelope.getPayload_asU8()));
        return envelope;
      };
      const two = await transaction(fund('d1', mspIds.slice(0, 2)));
      assert.deepEqual(validate([two]).codes, [code.VALID]);
      const twice = resigned(two, ([first]) => [first, first] as peer.Endorsement[]);
      assert.deepEqual(validate([twice]).codes, [code.ENDORSEMENT_POLICY_FAILURE]);
      const broken = resigned(await transaction(fund('d1', mspIds.slice(0, 2))), ([first, second]) => {
        second?.setSignature(first?.getSignature_asU8() ?? '');
        return [first, second] as peer.Endorsement[];
      });
      assert.deepEqual(validate([broken]).codes, [code.ENDORSEMENT_POLICY_FAILURE]);
    });
  });

  it('replaces the channel policy by that of a key, for that key only', async () => {
    await onStage(async ({ state, transaction, validate }) => {
      const cell = { value: Buffer.from('{"collateral":"1","reservedBytes":"0","v":1}') };
      const rows = new Map<string, KeyWrite>([
        ['pool/d1', { ...cell, policy: allOf(['Org3MSP']) }],
        ['pool/d2', { ...cell, policy: allOf(['Org1MSP', 'Org2MSP']) }],
      ]);
      state.apply(rows, { block: 1, tx: 0 });
      const alone = await transaction(fund('d1', ['Org3MSP']));
      const wrong = await transaction(fund('d1', ['Org1MSP', 'Org2MSP']));
      const right = await transaction(fund('d2', ['Org1MSP', 'Org2MSP']));
      const plain = await transaction(fund('d3', ['Org3MSP']));
      assert.deepEqual(validate([wrong, alone, right, plain]).codes, [
        code.ENDORSEMENT_POLICY_FAILURE,
        code.VALID,
        code.VALID,
        code.ENDORSEMENT_POLICY_FAILURE,
      ]);
    });
  });
});
