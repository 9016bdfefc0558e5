import type { Type } from '@nestjs/common';
import { AuditController } from './audit-controller.js';
import { BucketController } from './bucket-controller.js';
import { DemoController } from './demo-controller.js';
import { EventController } from './event-controller.js';
import { IdentityController } from './identity-controller.js';
import { LeaseController } from './lease-controller.js';
import { LedgerController } from './ledger-controller.js';
import { ObjectController } from './object-controller.js';
import { OpenController } from './open-controller.js';
import { TokenController } from './token-controller.js';
import { VaultController } from './vault-controller.js';

/** Controllers of every gateway. */
export const controllers: readonly Type[] = [
  OpenController,
  BucketController,
  ObjectController,
  LedgerController,
  LeaseController,
  AuditController,
  VaultController,
  EventController,
  TokenController,
];

/** All that there are. */
export const allControllers: readonly Type[] = [...controllers, IdentityController, DemoController];

/** Those of a gateway with or without a certificate authority and a demo. */
export function controllersFor(has: {
  readonly identities: boolean;
  readonly demo: boolean;
}): readonly Type[] {
  return [
    ...controllers,
    ...(has.identities ? [IdentityController] : []),
    ...(has.demo ? [DemoController] : []),
  ];
}
