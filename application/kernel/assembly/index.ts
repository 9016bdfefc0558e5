export { chunkValues, parentValues } from './digest';
export { combine } from './erasure';
