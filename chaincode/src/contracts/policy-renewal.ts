import { type Args, insist, type Result, tabPolicy } from '../domain/index.js';
import type { Call } from '../ledger/index.js';

const none = Buffer.alloc(0);

/**
 * LeaseContract:RenewPolicies. A policy names the organizations of the day that it was set; where today's make another
 * one, that takes its place. Leases that have ended are passed over: nothing of theirs is paid any more.
 */
export async function renewPolicies(
  call: Call,
  { leaseIds }: Args<'LeaseContract:RenewPolicies'>,
): Promise<Result<'LeaseContract:RenewPolicies'>> {
  await call.insistMember();
  const distinct = new Set(leaseIds).size === leaseIds.length;
  insist(distinct && leaseIds.length > 0, 'arguments-malformed', 'name at least one lease, each once');
  const organizations = await call.organizations();
  const renewed: string[] = [];
  for (const leaseId of leaseIds) {
    const lease = await call.store.get('lease-unknown', 'lease', leaseId);
    if (lease.state !== 'active') continue;
    const wanted = tabPolicy(organizations, lease.provider.msp) ?? none;
    if (wanted.equals(await call.store.policyOf('tab', leaseId))) continue;
    call.store.guard('tab', [leaseId], wanted);
    renewed.push(leaseId);
  }
  call.announce('PoliciesRenewed', { leaseIds: renewed });
  return { leaseIds: renewed };
}
