export { type Application, type GatewayAccess } from './application-process.js';
export { type Law } from './chaincode-package.js';
export { type Holder } from './holders.js';
export { type Definition } from './lifecycle.js';
export { type EpochTimes, epochTimes } from './law-params.js';
export { NativeNetwork, type NativeOptions } from './native-network.js';
export { type NetworkStatus, type ProcessStatus, statusOf } from './status.js';
export { Watch } from './watch.js';
