export * from './structural.ts';
