import { canonicalJson, type JsonValue, parseJson, sha256, tuple } from '@dstore/chaincode/domain';
import { type CatalogDelta, catalogDeltaShape, type StructureDelta, structureDeltaShape } from './delta.js';
import {
  associatedData,
  createOpener,
  createSealer,
  headerBytes,
  segmentCapacity,
  segmentCount,
  segmentRange,
  plainSize,
} from './sealing.js';

/** The two halves of a flush that are sealed under keys of their own. */
export type EntryKind = 'catalog' | 'structure';

/** Everything that is sealed under the key of a half: its entries, and its checkpoints. */
export type SealedKind = EntryKind | `${EntryKind}-checkpoint`;

/** Random bytes an entry is sealed with. */
export interface EntrySalt {
  readonly salt: Uint8Array;
  readonly noncePrefix: Uint8Array;
}

/** An entry's bytes before sealing. */
export function encodeEntry(delta: CatalogDelta | StructureDelta): Buffer {
  return Buffer.from(canonicalJson(delta as unknown as JsonValue), 'utf8');
}

/** Reads the catalog's half; refuses what is none, and formats newer than this one. */
export function decodeCatalogEntry(bytes: Uint8Array): CatalogDelta {
  return parseJson(catalogDeltaShape, Buffer.from(bytes).toString('utf8'));
}

/** Reads the structure's half; refuses what is none, and formats newer than this one. */
export function decodeStructureEntry(bytes: Uint8Array): StructureDelta {
  return parseJson(structureDeltaShape, Buffer.from(bytes).toString('utf8'));
}

/** Associated data that binds an entry or a checkpoint to its vault, kind and revision, so that none passes for another. */
export function entryData(vaultId: string, kind: SealedKind, revision: bigint): Buffer {
  return associatedData(sha256(tuple('dstore/v1/entry', vaultId, kind, revision)).subarray(0, 16), 0);
}

/** An entry as a sealed stream; `key` is derived for its kind and revision. */
export function sealEntry(
  plain: Uint8Array,
  key: Uint8Array,
  vaultId: string,
  kind: EntryKind,
  revision: bigint,
  random: EntrySalt,
): Buffer {
  const sealer = createSealer({
    objectKey: key,
    ...random,
    associatedData: entryData(vaultId, kind, revision),
  });
  const count = segmentCount(plain.length);
  let at = 0;
  const segments = Array.from({ length: count }, (_, index) => {
    const end = index === count - 1 ? plain.length : at + segmentCapacity(index);
    const sealed = sealer.seal(index, plain.subarray(at, end), index === count - 1);
    at = end;
    return sealed;
  });
  return Buffer.concat([sealer.header, ...segments]);
}

/** The entry's bytes again; throws SealBroken for anything but that very entry. */
export function openEntry(
  sealed: Uint8Array,
  key: Uint8Array,
  vaultId: string,
  kind: EntryKind,
  revision: bigint,
): Buffer {
  const header = sealed.subarray(0, headerBytes);
  const opener = createOpener({ objectKey: key, header, associatedData: entryData(vaultId, kind, revision) });
  const count = segmentCount(plainSize(sealed.length));
  return Buffer.concat(
    Array.from({ length: count }, (_, index) => {
      const { start, end, last } = segmentRange(index, sealed.length);
      return opener.open(index, sealed.subarray(start, end), last);
    }),
  );
}
