import { CaRefusal, CaUnreachable, KeystoreFault, OrgFileFaults } from '@dstore/organizations';
import type { Desk } from './identity-desk.js';
import { exits, Obstacle } from './outcome.js';

/** An error of a CA or a keystore with what to do about it; others pass as they are. */
export function obstacleOf(error: unknown): unknown {
  if (error instanceof CaUnreachable)
    return new Obstacle(
      error.message,
      'npm run network:up starts a CA of this machine',
      exits.tryLater,
      error,
    );
  if (error instanceof KeystoreFault)
    return new Obstacle(
      error.message,
      error.fix,
      error.kind === 'missing' ? exits.notFound : exits.fault,
      error,
    );
  if (error instanceof OrgFileFaults)
    return new Obstacle(error.message, 'put its org.yaml right', exits.usage, error);
  if (error instanceof CaRefusal) return refused(error);
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
    return new Obstacle(
      'the disk is full',
      'make room, then do it again: nothing was half done',
      exits.fault,
      error,
    );
  return error;
}

function refused(error: CaRefusal): Obstacle {
  const next = {
    'not-authenticated':
      'dstore identity ls shows who is registered; dstore identity register makes a new secret',
    'already-registered': 'take another id; dstore identity ls shows those there are',
    'unknown-identity': 'dstore identity ls shows those there are',
    'not-permitted': 'ask who runs the CA',
    other: 'ask who runs the CA',
  }[error.kind];
  return new Obstacle(error.message, next, exits.notAllowed, error);
}

/**
 * Why a CA takes no secret. It answers alike to all that it can't authenticate; where this machine holds the registrar's
 * secret there is more to say.
 */
export async function enrolmentObstacle(desk: Desk, id: string, error: unknown): Promise<unknown> {
  if (!(error instanceof CaRefusal && error.kind === 'not-authenticated')) return obstacleOf(error);
  const known = await reasonKnown(desk, id).catch(() => undefined);
  if (known === undefined) return obstacleOf(error);
  return new Obstacle(known.why, known.next, exits.notAllowed, error);
}

async function reasonKnown(
  { org, kind, ca, registrar }: Desk,
  id: string,
): Promise<{ why: string; next: string }> {
  const register = `dstore identity register --org ${org.name} --id`;
  const caller = await registrar();
  const found = (await ca.identities(caller)).find((each) => each.id === id);
  if (found === undefined)
    return {
      why: `${id} is not registered with ${kind}.${org.name}`,
      next: `${register} ${id} --roles owner`,
    };
  const issued = (await ca.certificates(caller, id)).length;
  if (found.maxEnrollments > 0 && issued >= found.maxEnrollments)
    return {
      why: `the secret of ${id} is spent: it was good for ${issued}`,
      next: `dstore identity renew --org ${org.name} --id ${id}, or ${register} another id`,
    };
  return {
    why: `the secret of ${id} is wrong, or ${id} was revoked`,
    next: `look at the secret again, without spaces around it; or ${register} another id`,
  };
}
