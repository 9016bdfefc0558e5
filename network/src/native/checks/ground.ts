import type { ChannelCopy } from './channel-copy.js';
import type { NativeNetwork } from '../native-network.js';

/** What the checks look at. */
export interface Ground {
  readonly network: NativeNetwork;
  /** Of everything that the network keeps. */
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The channel's configuration as an orderer gives it; asked for once. */
  readonly channel: () => Promise<ChannelCopy>;
  /** A row of the ledger as JSON, `null` when it is not there; as the organization's peer answers. */
  readonly row: (mspId: string, kind: string, parts: readonly string[]) => Promise<unknown>;
  /** All rows of a kind. */
  readonly rows: (mspId: string, kind: string) => Promise<readonly unknown[]>;
}
