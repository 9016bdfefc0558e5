import { type Identity, signLowS } from '@dstore/organizations';
import { common } from '@hyperledger/fabric-protos';
import { createHash, randomBytes } from 'node:crypto';
import { serializeIdentity } from './members.js';

const { BlockMetadataIndex } = common;

/** Hash of a block's header, which the next block names: SHA-256 of its ASN.1 form, as Fabric computes it. */
export function headerHash(block: common.Block): Buffer {
  return createHash('sha256').update(headerBytes(block)).digest();
}

/** A sealed block: header chained to the previous hash, validation codes, the orderer's signature. */
export function sealBlock(
  orderer: Identity,
  chain: { readonly number: number; readonly previousHash: Uint8Array; readonly lastConfig: number },
  envelopes: readonly Uint8Array[],
  codes: readonly number[],
): common.Block {
  const data = new common.BlockData();
  data.setDataList([...envelopes]);
  const header = new common.BlockHeader();
  header.setNumber(chain.number);
  header.setPreviousHash(chain.previousHash);
  header.setDataHash(dataHash(envelopes));
  const block = new common.Block();
  block.setHeader(header);
  block.setData(data);
  const metadata = new common.BlockMetadata();
  const parts: Uint8Array[] = Array.from({ length: 5 }, () => new Uint8Array());
  parts[BlockMetadataIndex.SIGNATURES] = signatureOf(orderer, block, chain.lastConfig);
  parts[BlockMetadataIndex.TRANSACTIONS_FILTER] = Uint8Array.from(codes);
  metadata.setMetadataList(parts);
  block.setMetadata(metadata);
  return block;
}

/** Validation codes of a block's transactions. */
export function codesOf(block: common.Block): number[] {
  const list = block.getMetadata()?.getMetadataList_asU8() ?? [];
  return [...(list[BlockMetadataIndex.TRANSACTIONS_FILTER] ?? [])];
}

/** Why a block does not follow the chain, or undefined when it does. */
export function brokenLink(
  block: common.Block,
  number: number,
  previousHash: Uint8Array,
): string | undefined {
  const header = block.getHeader();
  if (header?.getNumber() !== number)
    return `expected block ${number}, found ${header?.getNumber() ?? 'none'}`;
  if (!Buffer.from(header.getPreviousHash_asU8()).equals(previousHash))
    return `block ${number} does not name the hash of the block before it`;
  const hash = dataHash(block.getData()?.getDataList_asU8() ?? []);
  if (!hash.equals(header.getDataHash_asU8())) return `block ${number} holds other data than its header says`;
  return undefined;
}

function dataHash(envelopes: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const bytes of envelopes) hash.update(bytes);
  return hash.digest();
}

function signatureOf(orderer: Identity, block: common.Block, lastConfig: number): Uint8Array {
  const index = new common.LastConfig();
  index.setIndex(lastConfig);
  const about = new common.OrdererBlockMetadata();
  about.setLastConfig(index);
  const value = about.serializeBinary();
  const header = new common.SignatureHeader();
  header.setCreator(serializeIdentity(orderer.mspId, orderer.certificate));
  header.setNonce(randomBytes(24));
  const signature = new common.MetadataSignature();
  signature.setSignatureHeader(header.serializeBinary());
  const message = Buffer.concat([value, header.serializeBinary(), headerBytes(block)]);
  signature.setSignature(signLowS(orderer.privateKey, message));
  const metadata = new common.Metadata();
  metadata.setValue(value);
  metadata.setSignaturesList([signature]);
  return metadata.serializeBinary();
}

/** SEQUENCE { INTEGER number, OCTET STRING previousHash, OCTET STRING dataHash }. */
function headerBytes(block: common.Block): Buffer {
  const header = block.getHeader();
  const digits = (header?.getNumber() ?? 0).toString(16);
  const number = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  const positive = (number[0] as number) < 0x80 ? number : Buffer.concat([Buffer.of(0), number]);
  const body = Buffer.concat([
    tagged(0x02, positive),
    tagged(0x04, header?.getPreviousHash_asU8() ?? new Uint8Array()),
    tagged(0x04, header?.getDataHash_asU8() ?? new Uint8Array()),
  ]);
  return tagged(0x30, body);
}

/** DER of at most 127 bytes; a header has 79 at most. */
function tagged(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag, content.length), content]);
}
