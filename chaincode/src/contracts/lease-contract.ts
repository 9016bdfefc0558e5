import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import { execute } from '../ledger/index.js';
import { callDefault, closeLease } from './lease-ending.js';
import { openLeases } from './lease-opening.js';
import { renewPolicies } from './policy-renewal.js';
import { extendLease, resizeLease } from './lease-terms.js';

/** Leases from their opening to their end. */
@Info({ title: 'LeaseContract', description: 'Opening, changing and ending leases' })
export class LeaseContract extends Contract {
  constructor() {
    super('LeaseContract');
  }

  /** By the vault's owner: up to 16 leases on as many disks, all or none, within the limits of price and collateral it names. */
  @Transaction()
  @Returns('string')
  async OpenLease(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'LeaseContract:OpenLease', argument, openLeases);
  }

  /** By the lease's owner: a longer term from the next epoch on. */
  @Transaction()
  @Returns('string')
  async ExtendLease(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'LeaseContract:ExtendLease', argument, extendLease);
  }

  /** By the lease's owner: another capacity from the next epoch on. */
  @Transaction()
  @Returns('string')
  async ResizeLease(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'LeaseContract:ResizeLease', argument, resizeLease);
  }

  /** By anyone after the term and its grace; by the owner at any time when the content is empty, paying the notice. */
  @Transaction()
  @Returns('string')
  async CloseLease(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'LeaseContract:CloseLease', argument, closeLease);
  }

  /** By anyone: ends a lease whose provider failed; escrow and collateral go to the owner. Refuses `lease-not-in-default`. */
  @Transaction()
  @Returns('string')
  async CallDefault(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'LeaseContract:CallDefault', argument, callDefault);
  }

  /** By anyone: sets the key-level policies of up to 64 tabs to those of today's organizations, where they differ. */
  @Transaction()
  @Returns('string')
  async RenewPolicies(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'LeaseContract:RenewPolicies', argument, renewPolicies);
  }
}
