export type { FileSet } from './file-set.ts';
export type { CertificateMode, Variant } from './variant.ts';
