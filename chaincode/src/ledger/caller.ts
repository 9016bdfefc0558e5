import type { Context } from 'fabric-contract-api';
import { type Account, insist, isForeignIdentifier, type Role, roles } from '../domain/index.js';

/** Who signed the proposal: an enrolled identity of an organization, with the roles in its certificate. */
export interface Caller {
  readonly account: Account;
  readonly roles: readonly Role[];
}

/** Reads the caller from the certificate; one without an enrolment id as Fabric CA writes it is refused as `id-malformed`. */
export function callerOf({ clientIdentity }: Pick<Context, 'clientIdentity'>): Caller {
  const msp = clientIdentity.getMSPID();
  const id = clientIdentity.getAttributeValue('hf.EnrollmentID');
  insist(
    isForeignIdentifier(msp) && isForeignIdentifier(id),
    'id-malformed',
    'the certificate carries no MSP id and enrolment id that an account can have',
  );
  const given = (clientIdentity.getAttributeValue('dstore.roles') ?? '').split(' ');
  return { account: { msp, id }, roles: roles.filter((role) => given.includes(role)) };
}
