import { chainingValues, chunkBytes, type ChunkProof, pathOver, valueOver } from '@dstore/chaincode/domain';

/** Bytes under one value of a shard's tree: what a proof reads and hashes instead of the whole shard. */
export const subtreeBytes = 16 << 10;
const chunksPerSubtree = subtreeBytes / chunkBytes;

/** Bytes of a BLAKE3 chaining value. */
export const valueBytes = 32;

/** Bytes of the tree of a shard of this size: none for a shard of one subtree, which is read whole. */
export function treeBytes(shardSizeBytes: number): number {
  const count = Math.ceil(shardSizeBytes / subtreeBytes);
  return count > 1 ? count * valueBytes : 0;
}

/**
 * The tree of a shard: the BLAKE3 chaining values of its subtrees of 16 KiB one behind the other, 2 KiB for a shard of
 * 1 MiB. A provider keeps it beside the shard. This is the plain version of TreeKernel.
 */
export function treeOf(shard: Uint8Array): Buffer {
  const bytes = Buffer.alloc(treeBytes(shard.length));
  for (let at = 0; at < bytes.length / valueBytes; at += 1)
    bytes.set(subtreeValue(shard.subarray(at * subtreeBytes, (at + 1) * subtreeBytes), at), at * valueBytes);
  return bytes;
}

/** The chaining value of the `index`-th subtree of a shard that has more than one. */
export function subtreeValue(part: Uint8Array, index: number): Buffer {
  return valueOver(chainingValues(part, index * chunksPerSubtree), false);
}

/** Which bytes of a shard the proof of a chunk reads, `end` exclusive. */
export function proofRange(
  shardSizeBytes: number,
  chunk: number,
): { readonly subtree: number; readonly start: number; readonly end: number } {
  const subtree = Math.floor(chunk / chunksPerSubtree);
  const start = subtree * subtreeBytes;
  return { subtree, start, end: Math.min(start + subtreeBytes, shardSizeBytes) };
}

/**
 * The proof that proveChunk makes of the whole shard, from its tree and the bytes of {@link proofRange}. Undefined when
 * those bytes are not the ones that the tree was made of: then the shard is damaged, or the tree.
 * Throws RangeError for a chunk that the shard does not have, or a tree or part of another length.
 */
export function proveChunkWithTree(
  tree: Uint8Array,
  shardSizeBytes: number,
  chunk: number,
  part: Uint8Array,
): ChunkProof | undefined {
  const { subtree, start, end } = proofRange(shardSizeBytes, chunk);
  if (!Number.isInteger(chunk) || chunk < 0 || chunk * chunkBytes >= shardSizeBytes)
    throw new RangeError(`a shard of ${shardSizeBytes} bytes has no chunk ${chunk}`);
  if (tree.length !== treeBytes(shardSizeBytes) || part.length !== end - start)
    throw new RangeError('the tree or the part has another length than the shard says');
  const within = chunk - subtree * chunksPerSubtree;
  const leaves = chainingValues(part, subtree * chunksPerSubtree);
  const values = valuesOf(tree);
  if (values.length > 0 && !valueOver(leaves, false).equals(values[subtree] as Buffer)) return undefined;
  const above = values.length === 0 ? [] : pathOver(values, subtree);
  return {
    chunk: part.subarray(within * chunkBytes, (within + 1) * chunkBytes),
    path: [...pathOver(leaves, within), ...above],
  };
}

/**
 * Whether a tree is that of the shard with this digest (hexadecimal) and size: it takes no bytes of the shard to tell.
 * The empty tree of a small shard fits any digest.
 */
export function treeFits(tree: Uint8Array, shardSizeBytes: number, digest: string): boolean {
  if (tree.length !== treeBytes(shardSizeBytes)) return false;
  return tree.length === 0 || valueOver(valuesOf(tree), true).toString('hex') === digest;
}

function valuesOf(tree: Uint8Array): Buffer[] {
  const bytes = Buffer.from(tree.buffer, tree.byteOffset, tree.length);
  return Array.from({ length: tree.length / valueBytes }, (_, at) =>
    bytes.subarray(at * valueBytes, (at + 1) * valueBytes),
  );
}
