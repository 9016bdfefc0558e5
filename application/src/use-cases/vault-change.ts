import type { Conditions } from '../core/conditions.js';
import type { Bucket, Extent, Stripe, Version } from '../core/delta.js';
import type { Geometry } from '../core/geometry.js';
import type { ShardMove } from '../ports/stripe-map.js';

/** A sealed stream of a put: what already lies in stripes of its own, and the tail that is packed with others. */
export interface PutStream {
  readonly sealId: string;
  readonly wrappedKey: string;
  readonly plainBytes: number;
  readonly sealedBytes: number;
  readonly extents: readonly Extent[];
  readonly tail: Buffer;
}

/** What lives of a version in a stripe that is to go: its ciphertext, and where it lay when it was read. */
export interface LivePiece {
  readonly versionId: string;
  readonly extent: Extent;
  readonly bytes: Buffer;
}

/** What may go into a flush. Stripes named here are stored at their doors and not yet committed. */
export type VaultChange =
  | {
      readonly kind: 'put';
      readonly version: Omit<Version, 'streams' | 'marker'>;
      readonly streams: readonly PutStream[];
      readonly stripes: readonly Stripe[];
      readonly geometry: Geometry;
      readonly conditions: Conditions;
    }
  | {
      readonly kind: 'delete';
      readonly bucket: string;
      readonly key: string;
      /** A version, or whatever is current. */
      readonly versionId: string | undefined;
      readonly markerId: string;
      readonly modified: number;
      readonly conditions: Conditions;
    }
  | {
      readonly kind: 'bucket';
      readonly bucket: Bucket;
      readonly create: boolean;
      /** On the tag of the bucket that is there. */
      readonly conditions?: Conditions;
    }
  | { readonly kind: 'drop-bucket'; readonly bucket: string }
  | { readonly kind: 'moves'; readonly moves: readonly ShardMove[] }
  | {
      readonly kind: 'compact';
      /** Of the stripes that the pieces lay in. Those that have gone or moved meanwhile are left out. */
      readonly pieces: readonly LivePiece[];
      readonly geometry: Geometry;
    };

/** How a change came to be valid. */
export interface Flushed {
  readonly txId: string;
  readonly revision: bigint;
  /** The version that was current before, if one was. */
  readonly replaced: string | undefined;
  /** Stripes of the change, the packed ones too, as they were committed. */
  readonly stripes: readonly Stripe[];
}
