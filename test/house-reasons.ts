/** Sources without a test of their own name, and where they are tested instead. */
export const unmirrored: Readonly<Record<string, string>> = {
  'chaincode/src/domain/rows.ts':
    'declarations; every shape is exercised by the contracts and their bad-input table',
  'chaincode/src/domain/transactions.ts':
    'declarations; every shape is exercised by the contracts and their bad-input table',
  'application/src/ports/fault.ts': 'declarations; the problem table of the http room covers every code',
  'application/src/ports/ledger.ts':
    'an interface and a loop over its pages, held by the ledger conformance suite',
  'application/src/adapters/file/master-key-file.ts':
    'the format of what FileKeyring keeps, tested through it',
  'network/src/embedded/block.ts':
    'delivery.test.ts follows the hashes of whole blocks, crash.test.ts replays them',
  'network/src/embedded/chain.ts':
    'crash.test.ts replays, cuts and refuses it; the conformance suite appends to it',
  'network/src/embedded/config-block.ts': 'delivery.test.ts reads organizations back from the first block',
  'network/src/embedded/endorser.ts':
    'validator.test.ts judges what it signs, gateway.test.ts what it declines',
  'network/src/embedded/gateway-client.ts':
    'every test of the embedded network speaks through it; gateway.test.ts ends its waits',
  'network/src/embedded/grpc.ts': 'gateway.test.ts reads its details with the client library',
  'network/src/embedded/members.ts':
    'gateway.test.ts and validator.test.ts refuse strangers and forged signatures',
  'network/src/embedded/orderer.ts': 'the conformance suite and crash.test.ts submit to it concurrently',
  'network/src/embedded/proposal.ts': 'gateway.test.ts refuses each kind of bad proposal',
  'network/src/embedded/snapshot.ts': 'crash.test.ts reopens from good, wrong and missing snapshots',
  'network/src/embedded/transaction.ts': 'validator.test.ts builds, alters and judges transactions',
  'application/src/adapters/fabric/ledger-events.ts':
    'the ledger conformance suite reads, resumes and ends its events',
  'application/src/adapters/fabric/transaction-lookup.ts':
    'fabric-ledger.test.ts looks up lost outcomes, found and not',
};
