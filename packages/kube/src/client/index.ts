export * from './client.ts';
export * from './log.ts';
export * from './transport.ts';
