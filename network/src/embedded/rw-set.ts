import { ledger } from '@hyperledger/fabric-protos';
import type { KeyWrite, Version } from './world-state.js';

const { kvrwset } = ledger.rwset;

/** The name under which Fabric keeps a key's endorsement policy among its metadata. */
export const validationParameter = 'VALIDATION_PARAMETER';

/** A key that was read, with the version it had; none when it was absent. */
export interface Read {
  readonly key: string;
  readonly version: Version | undefined;
}

/** A range that was read; `exhausted` when the reader went on to its end. */
export interface RangeRead {
  readonly start: string;
  readonly end: string;
  exhausted: boolean;
  readonly reads: Read[];
}

/** What a simulation read and would write. */
export interface RwSet {
  readonly reads: readonly Read[];
  readonly ranges: readonly RangeRead[];
  readonly writes: ReadonlyMap<string, KeyWrite>;
}

/** The set as Fabric's TxReadWriteSet with one namespace; reads and writes by key, ranges as they came. */
export function encodeRwSet(namespace: string, set: RwSet): Uint8Array {
  const kv = new kvrwset.KVRWSet();
  kv.setReadsList([...set.reads].sort(byKey).map(encodeRead));
  kv.setRangeQueriesInfoList(set.ranges.map(encodeRange));
  const writes = [...set.writes].sort(([a], [b]) => (a < b ? -1 : 1));
  kv.setWritesList(writes.filter(([, write]) => write.value !== undefined).map(encodeWrite));
  kv.setMetadataWritesList(writes.filter(([, write]) => write.policy !== undefined).map(encodePolicy));
  const inNamespace = new ledger.rwset.NsReadWriteSet();
  inNamespace.setNamespace(namespace);
  inNamespace.setRwset(kv.serializeBinary());
  const all = new ledger.rwset.TxReadWriteSet();
  all.setDataModel(ledger.rwset.TxReadWriteSet.DataModel.KV);
  all.setNsRwsetList([inNamespace]);
  return all.serializeBinary();
}

/** Reads what {@link encodeRwSet} wrote. Throws when a namespace other than the given one is touched. */
export function decodeRwSet(namespace: string, bytes: Uint8Array): RwSet {
  const spaces = ledger.rwset.TxReadWriteSet.deserializeBinary(bytes).getNsRwsetList();
  const [only] = spaces;
  if (only === undefined || spaces.length !== 1 || only.getNamespace() !== namespace)
    throw new TypeError('a transaction writes its own chaincode only');
  const kv = kvrwset.KVRWSet.deserializeBinary(only.getRwset_asU8());
  return {
    reads: kv.getReadsList().map(decodeRead),
    ranges: kv.getRangeQueriesInfoList().map((info) => ({
      start: info.getStartKey(),
      end: info.getEndKey(),
      exhausted: info.getItrExhausted(),
      reads: (info.getRawReads()?.getKvReadsList() ?? []).map(decodeRead),
    })),
    writes: decodeWrites(kv),
  };
}

type KVRWSet = InstanceType<typeof kvrwset.KVRWSet>;
type KVRead = InstanceType<typeof kvrwset.KVRead>;

function byKey(a: Read, b: Read): number {
  return a.key < b.key ? -1 : 1;
}

function encodeRead({ key, version }: Read): KVRead {
  const read = new kvrwset.KVRead();
  read.setKey(key);
  if (version !== undefined) {
    const encoded = new kvrwset.Version();
    encoded.setBlockNum(version.block);
    encoded.setTxNum(version.tx);
    read.setVersion(encoded);
  }
  return read;
}

function decodeRead(read: KVRead): Read {
  const version = read.getVersion();
  return {
    key: read.getKey(),
    version: version && { block: version.getBlockNum(), tx: version.getTxNum() },
  };
}

function encodeRange({ start, end, exhausted, reads }: RangeRead) {
  const info = new kvrwset.RangeQueryInfo();
  info.setStartKey(start);
  info.setEndKey(end);
  info.setItrExhausted(exhausted);
  const raw = new kvrwset.QueryReads();
  raw.setKvReadsList(reads.map(encodeRead));
  info.setRawReads(raw);
  return info;
}

function encodeWrite([key, { value }]: [string, KeyWrite]) {
  const write = new kvrwset.KVWrite();
  write.setKey(key);
  write.setIsDelete(value === null);
  if (value) write.setValue(value);
  return write;
}

function encodePolicy([key, { policy }]: [string, KeyWrite]) {
  const entry = new kvrwset.KVMetadataEntry();
  entry.setName(validationParameter);
  entry.setValue(policy as Buffer);
  const write = new kvrwset.KVMetadataWrite();
  write.setKey(key);
  write.setEntriesList([entry]);
  return write;
}

function decodeWrites(kv: KVRWSet): Map<string, KeyWrite> {
  const writes = new Map<string, KeyWrite>();
  for (const write of kv.getWritesList())
    writes.set(write.getKey(), { value: write.getIsDelete() ? null : Buffer.from(write.getValue_asU8()) });
  for (const write of kv.getMetadataWritesList()) {
    const entry = write.getEntriesList().find((candidate) => candidate.getName() === validationParameter);
    if (entry === undefined) continue;
    const policy = Buffer.from(entry.getValue_asU8());
    writes.set(write.getKey(), { ...writes.get(write.getKey()), policy });
  }
  return writes;
}
