export { type Law } from './chaincode-package.js';
export { type Holder } from './holders.js';
export { type Definition } from './lifecycle.js';
export { NativeNetwork, type NativeOptions } from './native-network.js';
export { type NetworkStatus, type ProcessStatus, statusOf } from './status.js';
