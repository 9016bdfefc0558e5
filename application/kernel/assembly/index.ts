export { combine } from './erasure';
