import type { KernelMemory } from '../../core/kernel-engine.js';
import type { StripeLayout } from '../../core/stripe-layout.js';
import type { StripeAnswers, StripeWork } from '../../core/stripe-work.js';

/** What a thread is told. */
export type ToThread =
  | {
      readonly kind: 'work';
      readonly id: number;
      readonly placeId: number;
      /** Undefined when the thread has it from an earlier message. */
      readonly memory: KernelMemory | undefined;
      readonly layout: StripeLayout;
      readonly work: StripeWork;
    }
  | { readonly kind: 'forget'; readonly placeId: number };

/** What a thread answers; its errors travel by name. */
export type FromThread =
  | { readonly id: number; readonly answer: StripeAnswers[StripeWork['kind']] }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };
