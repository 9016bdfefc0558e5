import { canonicalJson, type JsonValue, parseJson, type Shape } from '@dstore/chaincode/domain';
import type { CatalogDelta, StructureDelta } from './delta.js';

/*
 * A checkpoint restates a catalog as it was before the flush that carries it, in two sealed streams. Each is a sequence of
 * deltas of the shapes that entries have, as canonical JSON, one a line: applied in order to nothing they give it back.
 */

/** What recovery would read before it reaches the newest checkpoint, and how much that checkpoint is. */
export interface EntriesSince {
  readonly entries: number;
  readonly entryBytes: number;
  /** Of the newest checkpoint, 0 without one. */
  readonly checkpointBytes: number;
}

/** Entries after which a checkpoint is due, whatever it costs (protocol section 12). */
export const checkpointEvery = 1000;
/** Below so many bytes of entries a checkpoint saves nothing worth having. */
const leastBytes = 4 << 20;

/** Whether a flush should carry a checkpoint: after so many entries, or when they are twice what the last one was. */
export function checkpointDue(since: EntriesSince, every = checkpointEvery): boolean {
  if (since.entries >= every) return true;
  return since.entryBytes >= Math.max(leastBytes, 2 * since.checkpointBytes);
}

/** Parts as the lines of a checkpoint's stream, in pieces. */
export async function* encodeParts(
  parts: Iterable<CatalogDelta | StructureDelta>,
): AsyncGenerator<Buffer, void, undefined> {
  for (const part of parts) yield Buffer.from(`${canonicalJson(part as unknown as JsonValue)}\n`, 'utf8');
}

/** The parts again; holds one line. Refuses a line that is no such part; throws RangeError for a last line without an end. */
export async function* decodeParts<T>(
  stream: AsyncIterable<Buffer>,
  shape: Shape<T>,
): AsyncGenerator<T, void, undefined> {
  let held: Buffer[] = [];
  for await (const piece of stream) {
    let from = 0;
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, from)) {
      const line = Buffer.concat([...held, piece.subarray(from, end)]);
      held = [];
      from = end + 1;
      yield parseJson(shape, line.toString('utf8'));
    }
    if (from < piece.length) held.push(Buffer.from(piece.subarray(from)));
  }
  if (held.length > 0) throw new RangeError('a checkpoint ends in the middle of a part');
}

const newline = 0x0a;
