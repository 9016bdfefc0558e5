import type { Contract } from '@hyperledger/fabric-gateway';
import { common, peer } from '@hyperledger/fabric-protos';

/** A transaction that is on the ledger, valid or not. */
export interface FoundTransaction {
  /** Fabric's validation code; 0 is valid. */
  readonly code: number;
  readonly block: bigint;
}

/** Asks the system chaincode for a transaction; undefined when it is not on the ledger, or nobody answers. */
export async function findTransaction(
  system: Contract,
  channel: string,
  txId: string,
): Promise<FoundTransaction | undefined> {
  try {
    const processed = await system.evaluateTransaction('GetTransactionByID', channel, txId);
    const block = await system.evaluateTransaction('GetBlockByTxID', channel, txId);
    return {
      code: peer.ProcessedTransaction.deserializeBinary(processed).getValidationcode(),
      block: BigInt(common.Block.deserializeBinary(block).getHeader()?.getNumber() ?? 0),
    };
  } catch {
    return undefined;
  }
}
