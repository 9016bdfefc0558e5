export * from './call.js';
export * from './caller.js';
export * from './pages.js';
export * from './purse.js';
export * from './store.js';
