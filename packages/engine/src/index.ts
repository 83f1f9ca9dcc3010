export * from './engine.ts';
export * from './engine-error.ts';
export * from './options.ts';
