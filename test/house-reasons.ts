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
};
