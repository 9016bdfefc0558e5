import type { Context } from 'fabric-contract-api';
import { type Account, insist, isForeignIdentifier, type Role, roles } from '../domain/index.js';

/** Who signed the proposal, as the certificate says: MSP, enrolment id and roles. */
export interface Caller {
  readonly account: Account;
  readonly roles: readonly Role[];
}

/** Reads the caller from the certificate's attributes `hf.EnrollmentID` and `dstore.roles`. */
export function callerOf(ctx: Context): Caller {
  const msp = ctx.clientIdentity.getMSPID();
  const id = ctx.clientIdentity.getAttributeValue('hf.EnrollmentID');
  insist(
    isForeignIdentifier(msp) && isForeignIdentifier(id),
    'member-unknown',
    'the certificate carries no usable hf.EnrollmentID',
  );
  const carried = (ctx.clientIdentity.getAttributeValue('dstore.roles') ?? '').split(' ');
  return { account: { msp, id }, roles: roles.filter((role) => carried.includes(role)) };
}
