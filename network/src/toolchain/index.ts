export { type Say } from './build-part.js';
export { type Environment } from './cache.js';
export { parts, type ProgramName, programNames, type Programs } from './parts.js';
export { readyToolchain, type Toolchain } from './toolchain.js';
