import 'reflect-metadata';
import { AuditContract } from './contracts/audit-contract.js';
import { BeaconContract } from './contracts/beacon-contract.js';
import { DiskContract } from './contracts/disk-contract.js';
import { GovernanceContract } from './contracts/governance-contract.js';
import { LeaseContract } from './contracts/lease-contract.js';
import { LedgerContract } from './contracts/ledger-contract.js';
import { MemberContract } from './contracts/member-contract.js';
import { TokenContract } from './contracts/token-contract.js';
import { VaultContract } from './contracts/vault-contract.js';

/** The contracts of the law, as fabric-shim loads them. */
export const contracts = [
  GovernanceContract,
  MemberContract,
  BeaconContract,
  DiskContract,
  LeaseContract,
  VaultContract,
  AuditContract,
  TokenContract,
  LedgerContract,
];
