import { z } from 'zod';
import { tokenVerbs } from '../core/token-scope.js';
import { tokenRoles } from '../ports/token-store.js';
import { pageOf, time } from './schemas.js';

const wellFormed = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => text.isWellFormed() && !text.includes('\0'), 'text without U+0000');
const some = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(100).optional();
const tokenFacts = {
  name: wellFormed(128).min(1),
  role: z.enum(tokenRoles),
  /** Names of buckets; without them all buckets. */
  buckets: some(z.string().min(3).max(63)),
  /** Beginnings of keys; without them all keys. */
  prefixes: some(wellFormed(1024).min(1)),
  /** Without them all that the role may. */
  verbs: some(z.enum(tokenVerbs)),
  endsAt: time.optional(),
};
export const tokenWish = z.strictObject(tokenFacts).meta({ id: 'TokenWish' });
const tokenView = { id: z.string(), ...tokenFacts, name: z.string(), previousEndsAt: time.optional() };
export const tokens = pageOf(z.strictObject(tokenView)).meta({ id: 'TokensPage' });
/** The text stands in it this once. */
export const freshToken = z.strictObject({ ...tokenView, token: z.string() }).meta({ id: 'FreshToken' });
/** Until when the old text stays good: a day, unless told otherwise. */
export const rotation = z.strictObject({ oldEndsAt: time.optional() }).meta({ id: 'Rotation' });
