import { type Identity, signLowS } from '@dstore/organizations';
import { common, msp } from '@hyperledger/fabric-protos';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runProgram } from '../program.js';
import type { Programs } from '../toolchain/index.js';
import type { Shared } from './genesis.js';
import type { PeerCommand } from './peer-command.js';
import { persistently } from './wait.js';

/** A channel's configuration and the block that holds it. */
export interface ChannelConfig {
  readonly config: common.Config;
  readonly block: bigint;
}

/** Who changes a channel: the `peer` command of the one who submits, and all who sign. */
export interface ConfigDesk {
  readonly programs: Programs;
  readonly shared: Shared;
  readonly command: PeerCommand;
  /** Admins; enough of them for the policy of what is changed. */
  readonly signers: readonly Identity[];
}

/** The channel's configuration as the submitter's orderer has it. */
export function fetchConfig({
  shared,
  command,
}: Pick<ConfigDesk, 'shared' | 'command'>): Promise<ChannelConfig> {
  return inFolder(async (folder) => {
    const path = join(folder, 'config.block');
    const fetch = ['channel', 'fetch', 'config', path, '--channelID', shared.channel];
    await persistently(() => command.run([...fetch, ...command.ordererArguments()]));
    return configIn(await readFile(path));
  });
}

/** The configuration in a block. Throws when it holds none. */
export function configIn(bytes: Uint8Array): ChannelConfig {
  const block = common.Block.deserializeBinary(bytes);
  const [first] = block.getData()?.getDataList_asU8() ?? [];
  const envelope = common.Envelope.deserializeBinary(first ?? new Uint8Array());
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const config = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
  if (config === undefined) throw new RangeError('the block holds no configuration');
  return { config, block: BigInt(block.getHeader()?.getNumber() ?? 0) };
}

/**
 * Changes the channel's configuration: `change` edits a copy and answers whether it did. Answers the number of the block
 * that holds the configuration afterwards; without a change that is the one that held it before.
 */
export async function updateConfig(
  desk: ConfigDesk,
  change: (config: common.Config) => boolean,
): Promise<{ readonly block: bigint; readonly changed: boolean }> {
  const before = await fetchConfig(desk);
  const wanted = common.Config.deserializeBinary(before.config.serializeBinary());
  if (!change(wanted)) return { block: before.block, changed: false };
  const update = await differenceOf(desk, before.config, wanted);
  await submit(desk, update);
  const sequence = before.config.getSequence();
  const after = await persistently(async () => {
    const now = await fetchConfig(desk);
    if (now.config.getSequence() <= sequence) throw new Error('the orderer has no new configuration yet');
    return now;
  });
  return { block: after.block, changed: true };
}

function differenceOf(
  { programs, shared }: ConfigDesk,
  from: common.Config,
  to: common.Config,
): Promise<Uint8Array> {
  return inFolder(async (folder) => {
    const [original, updated, output] = ['from.pb', 'to.pb', 'update.pb'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    await writeFile(original, from.serializeBinary());
    await writeFile(updated, to.serializeBinary());
    const files = ['--original', original, '--updated', updated, '--output', output];
    await runProgram(programs.configtxlator, ['compute_update', '--channel_id', shared.channel, ...files]);
    return readFile(output);
  });
}

function submit({ shared, command, signers }: ConfigDesk, update: Uint8Array): Promise<void> {
  return inFolder(async (folder) => {
    const path = join(folder, 'update.tx');
    await writeFile(path, signedUpdate(shared.channel, update, signers));
    const args = ['channel', 'update', '--file', path, '--channelID', shared.channel];
    await command.run([...args, ...command.ordererArguments()]);
  });
}

/** The envelope of a change with the signatures of all who agree; who submits it signs it once more. */
export function signedUpdate(channel: string, update: Uint8Array, signers: readonly Identity[]): Uint8Array {
  const content = new common.ConfigUpdateEnvelope();
  content.setConfigUpdate(update);
  content.setSignaturesList(signers.map((signer) => signatureOf(signer, update)));
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.CONFIG_UPDATE);
  channelHeader.setChannelId(channel);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(content.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return envelope.serializeBinary();
}

function signatureOf(
  { mspId, certificate, privateKey }: Identity,
  update: Uint8Array,
): common.ConfigSignature {
  const creator = new msp.SerializedIdentity();
  creator.setMspid(mspId);
  creator.setIdBytes(Buffer.from(certificate));
  const header = new common.SignatureHeader();
  header.setCreator(creator.serializeBinary());
  header.setNonce(randomBytes(24));
  const headerBytes = header.serializeBinary();
  const signature = new common.ConfigSignature();
  signature.setSignatureHeader(headerBytes);
  signature.setSignature(signLowS(privateKey, Buffer.concat([headerBytes, update])));
  return signature;
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'dstore-config-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
