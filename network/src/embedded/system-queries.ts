import { common, peer } from '@hyperledger/fabric-protos';
import type { Chain } from './chain.js';
import type { Declined } from './endorser.js';

/** Answers what Fabric's system chaincode `qscc` answers about the channel. */
export async function querySystem(
  chain: Chain,
  channel: string,
  args: readonly Uint8Array[],
): Promise<peer.Response | Declined> {
  const [name = '', of = '', key = ''] = args.map((arg) => Buffer.from(arg).toString('utf8'));
  try {
    if (of !== channel) throw new Error(`channel ${of} is not served`);
    const response = new peer.Response();
    response.setStatus(200);
    response.setPayload(await answer(chain, name, key));
    return response;
  } catch (error) {
    return { mspId: '', declined: `chaincode response 500, ${(error as Error).message}` };
  }
}

async function answer(chain: Chain, name: string, key: string): Promise<Uint8Array> {
  switch (name) {
    case 'GetChainInfo':
      return (await chainInfo(chain)).serializeBinary();
    case 'GetBlockByNumber':
      return (await blockAt(chain, Number(key))).serializeBinary();
    case 'GetBlockByTxID':
      return (await blockAt(chain, outcomeOf(chain, key).block)).serializeBinary();
    case 'GetTransactionByID':
      return (await processed(chain, key)).serializeBinary();
    default:
      throw new Error(`Requested function ${name} not found.`);
  }
}

async function chainInfo(chain: Chain): Promise<common.BlockchainInfo> {
  const newest = await chain.block(chain.height - 1);
  const info = new common.BlockchainInfo();
  info.setHeight(chain.height);
  info.setCurrentblockhash(chain.hash);
  info.setPreviousblockhash(newest.getHeader()?.getPreviousHash_asU8() ?? new Uint8Array());
  return info;
}

async function blockAt(chain: Chain, number: number): Promise<common.Block> {
  if (!Number.isInteger(number) || number < 0 || number >= chain.height)
    throw new Error(`Failed to get block number ${number}, error no such block`);
  return chain.block(number);
}

async function processed(chain: Chain, txId: string): Promise<peer.ProcessedTransaction> {
  const { block, index, code } = outcomeOf(chain, txId);
  const bytes = (await chain.block(block)).getData()?.getDataList_asU8()[index] ?? new Uint8Array();
  const transaction = new peer.ProcessedTransaction();
  transaction.setTransactionenvelope(common.Envelope.deserializeBinary(bytes));
  transaction.setValidationcode(code);
  return transaction;
}

function outcomeOf(chain: Chain, txId: string) {
  const outcome = chain.outcome(txId);
  if (outcome === undefined)
    throw new Error(
      `Failed to get transaction with id ${txId}, error no such transaction ID [${txId}] in index`,
    );
  return outcome;
}
