import type { Type } from '@nestjs/common';
import { BucketController } from './bucket-controller.js';
import { DemoController } from './demo-controller.js';
import { EventController } from './event-controller.js';
import { LedgerController } from './ledger-controller.js';
import { ObjectController } from './object-controller.js';
import { OpenController } from './open-controller.js';
import { VaultController } from './vault-controller.js';

/** Controllers of every gateway. */
export const controllers: readonly Type[] = [
  OpenController,
  BucketController,
  ObjectController,
  LedgerController,
  VaultController,
  EventController,
];

/** Those of the embedded demo. */
export const demoControllers: readonly Type[] = [...controllers, DemoController];
