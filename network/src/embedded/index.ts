export { DirectoryInUse, DirectoryLock } from './directory-lock.js';
export { DamagedLog } from './block-log.js';
export { type EmbeddedOptions, EmbeddedNetwork } from './embedded-network.js';
export type { GatewayClient } from './grpc.js';
export type { ContractClass } from './shim.js';
