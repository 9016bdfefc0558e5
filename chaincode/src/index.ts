import {
  AuditContract,
  BeaconContract,
  DiskContract,
  GovernanceContract,
  LeaseContract,
  LedgerContract,
  MemberContract,
  TokenContract,
  VaultContract,
} from './contracts/index.js';

/** The contracts of the law, as fabric-chaincode-node starts them. */
export const contracts = [
  GovernanceContract,
  MemberContract,
  BeaconContract,
  DiskContract,
  VaultContract,
  LeaseContract,
  AuditContract,
  TokenContract,
  LedgerContract,
];
