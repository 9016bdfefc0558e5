import { z } from 'zod';
import { hexId, identifier } from './schemas.js';

/** An amount or a size in a request: at most the 38 digits that the ledger holds. */
export const amount = z.string().regex(/^(?:0|[1-9]\d{0,37})$/);
const whole = amount.transform(BigInt);

/** Nothing but an empty object, or no body at all. */
export const nothing = z.strictObject({});
export const leaseParam = z.strictObject({ id: hexId });
export const quoteWish = z
  .strictObject({ capacityBytes: whole, termEpochs: whole, count: z.number().int().min(1).max(1000) })
  .meta({ id: 'LeaseQuoteWish' });
export const quotes = z
  .strictObject({
    /** Credits for all of them together. */
    escrow: amount,
    disks: z.array(
      z.strictObject({
        disk: z.string(),
        organization: z.string(),
        price: amount,
        escrow: amount,
        collateral: amount,
      }),
    ),
  })
  .meta({ id: 'LeaseQuotes' });
export const leaseWish = z
  .strictObject({ disk: identifier, capacityBytes: whole, termEpochs: whole, maxPrice: whole })
  .meta({ id: 'LeaseWish' });
export const extension = z
  .strictObject({ termEpochs: whole, maxPrice: whole })
  .meta({ id: 'LeaseExtension' });

const amounts = ['maxPrice', 'minCollateralRate', 'termEpochs', 'capacityBytes', 'headroomBytes'] as const;
const each = <T extends z.ZodType>(schema: T) =>
  Object.fromEntries(amounts.map((name) => [name, schema])) as Record<(typeof amounts)[number], T>;
export const policyWish = z
  .strictObject({
    ...each(whole),
    budget: whole.optional(),
    auto: z.boolean().default(true),
    avoid: z.array(identifier).max(10_000).default([]),
  })
  .meta({ id: 'LeasePolicyWish' });
export const policy = z
  .strictObject({ ...each(amount), budget: amount.optional(), auto: z.boolean(), avoid: z.array(z.string()) })
  .meta({ id: 'LeasePolicy' });
