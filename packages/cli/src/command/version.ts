import { createRequire } from 'node:module';

export const servalVersion = (createRequire(import.meta.url)('../../package.json') as { version: string }).version;
